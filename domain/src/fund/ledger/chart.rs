//! The chart of accounts: which accounts exist, what moves between them, and where a balance counts.
//!
//! Two books. Commitment authority (autorisations d'engagement, AE) caps what may be committed; payment credits
//! (crédits de paiement, CP) cap what may be ordered in a fiscal year.

use entity::account;
use entity::value::{AccountKind, Book, NodeKind, TransferKind};

/// Whether a transfer of this kind may go from an account of one kind to one of another, in a book.
#[must_use]
pub const fn permits(book: Book, kind: TransferKind, debit: AccountKind, credit: AccountKind) -> bool {
    match book {
        Book::Ae => permits_commitment(kind, debit, credit),
        Book::Cp => permits_credits(kind, debit, credit),
    }
}

const fn permits_commitment(kind: TransferKind, debit: AccountKind, credit: AccountKind) -> bool {
    use AccountKind::{
        Award, Call, Envelope, Lapsed, Ordered, Paid, Programme, Recoverable, Recovered, Reserved, Source,
    };
    matches!(
        (kind, debit, credit),
        (TransferKind::Open, Source, Envelope)
            | (TransferKind::Reduce, Envelope, Source)
            | (TransferKind::Allocate, Envelope, Programme)
            | (TransferKind::Allocate, Programme, Call)
            | (TransferKind::Deallocate, Programme, Envelope)
            | (TransferKind::Deallocate, Call, Programme)
            | (TransferKind::Redeploy, Programme, Programme)
            | (TransferKind::Redeploy, Call, Call)
            | (TransferKind::Reserve, Call, Reserved)
            | (TransferKind::Release, Reserved, Call)
            | (TransferKind::Commit, Reserved, Award)
            | (TransferKind::Decommit, Award, Call | Lapsed)
            | (TransferKind::Order, Award, Ordered)
            | (TransferKind::Pay, Ordered, Paid)
            | (TransferKind::Reject, Ordered, Award)
            | (TransferKind::RecoveryIssued, Paid, Recoverable)
            | (TransferKind::RecoveryReceived, Recoverable, Recovered)
            | (TransferKind::RecoveryCancelled, Recoverable, Paid)
            | (TransferKind::Reinstate, Recovered, Call)
    )
}

const fn permits_credits(kind: TransferKind, debit: AccountKind, credit: AccountKind) -> bool {
    use AccountKind::{Consumed, Programme, Source};
    matches!(
        (kind, debit, credit),
        (TransferKind::Open, Source, Programme)
            | (TransferKind::Reduce, Programme, Source)
            | (TransferKind::Redeploy | TransferKind::CarryOver, Programme, Programme)
            | (TransferKind::Order, Programme, Consumed)
            | (TransferKind::Reject, Consumed, Programme)
    )
}

/// Whether a transfer of this kind may go from one account to another: [`permits`] their kinds, and the accounts belong
/// together. Budget goes to a parent, a child or a sibling; credits stay in their year, unless carried to the next.
#[must_use]
pub fn joins(kind: TransferKind, debit: &account::Model, credit: &account::Model) -> bool {
    let together = debit.fund_id == credit.fund_id
        && debit.book == credit.book
        && permits(debit.book, kind, debit.kind, credit.kind);
    let years = match kind {
        TransferKind::CarryOver => debit.owner_id == credit.owner_id && credit.fiscal_year == debit.fiscal_year + 1,
        TransferKind::Redeploy => debit.owner_id != credit.owner_id && credit.fiscal_year == debit.fiscal_year,
        _ => above(debit, credit) && credit.fiscal_year == debit.fiscal_year,
    };
    together && years
}

/// Whether one of two accounts belongs to the other's owner, or to what is right above it.
fn above(one: &account::Model, other: &account::Model) -> bool {
    let within = |outer: &account::Model, inner: &account::Model| match owner(outer.kind) {
        NodeKind::Fund => true,
        NodeKind::Programme => inner.programme_id.is_some_and(|id| id.0 == outer.owner_id),
        NodeKind::Call => inner.call_id.is_some_and(|id| id.0 == outer.owner_id),
        _ => inner.owner_id == outer.owner_id,
    };
    within(one, other) || within(other, one)
}

/// The kind by which a budget operation is undone. `None` for what is not a correction but an act of its own: a
/// reservation is released, an order returned, a recovery cancelled, a payment recovered, and what was decommitted,
/// carried over or reinstated is allocated, moved or decommitted again.
#[must_use]
pub const fn inverse(kind: TransferKind) -> Option<TransferKind> {
    match kind {
        TransferKind::Open => Some(TransferKind::Reduce),
        TransferKind::Reduce => Some(TransferKind::Open),
        TransferKind::Allocate => Some(TransferKind::Deallocate),
        TransferKind::Deallocate => Some(TransferKind::Allocate),
        TransferKind::Redeploy => Some(TransferKind::Redeploy),
        TransferKind::CarryOver
        | TransferKind::Reserve
        | TransferKind::Release
        | TransferKind::Commit
        | TransferKind::Decommit
        | TransferKind::Order
        | TransferKind::Pay
        | TransferKind::Reject
        | TransferKind::RecoveryIssued
        | TransferKind::RecoveryReceived
        | TransferKind::RecoveryCancelled
        | TransferKind::Reinstate => None,
    }
}

/// The kind of node that owns an account of the commitment book, or of payment credits.
#[must_use]
pub const fn owner(kind: AccountKind) -> NodeKind {
    match kind {
        AccountKind::Source | AccountKind::Envelope => NodeKind::Fund,
        AccountKind::Programme | AccountKind::Consumed => NodeKind::Programme,
        AccountKind::Call => NodeKind::Call,
        AccountKind::Reserved
        | AccountKind::Award
        | AccountKind::Ordered
        | AccountKind::Paid
        | AccountKind::Recoverable
        | AccountKind::Recovered
        | AccountKind::Lapsed => NodeKind::Award,
    }
}

/// What an account of this kind holds, in English and in French, for messages.
#[must_use]
pub const fn name(book: Book, kind: AccountKind) -> (&'static str, &'static str) {
    if let (Book::Cp, AccountKind::Programme) = (book, kind) {
        return (
            "programme's payment credits of the year",
            "crédits de paiement du programme pour l'exercice",
        );
    }
    match kind {
        AccountKind::Source => ("source", "source"),
        AccountKind::Envelope => ("unallocated envelope", "enveloppe non répartie"),
        AccountKind::Programme => ("programme's unallocated budget", "budget non réparti du programme"),
        AccountKind::Call => ("call's uncommitted budget", "budget non engagé de l'appel à projets"),
        AccountKind::Reserved => ("award's reservation", "réservation de l'attribution"),
        AccountKind::Award => ("amount of the award left to order", "reste à ordonner de l'attribution"),
        AccountKind::Ordered => ("amount ordered and not yet paid", "montant ordonné et non encore payé"),
        AccountKind::Paid => ("amount paid", "montant payé"),
        AccountKind::Recoverable => ("amount claimed back", "montant à recouvrer"),
        AccountKind::Recovered => ("amount recovered", "montant recouvré"),
        AccountKind::Lapsed => ("amount lapsed", "montant caduc"),
        AccountKind::Consumed => ("payment credits consumed", "crédits de paiement consommés"),
    }
}

#[cfg(test)]
mod tests {
    use entity::value::{AccountId, AwardId, CallId, FundId, ProgrammeId};
    use uuid::Uuid;

    use super::*;

    fn ways(kind: TransferKind) -> Vec<(Book, AccountKind, AccountKind)> {
        let mut found = Vec::new();
        for book in Book::ALL {
            for debit in AccountKind::ALL {
                for credit in AccountKind::ALL {
                    if permits(*book, kind, *debit, *credit) {
                        found.push((*book, *debit, *credit));
                    }
                }
            }
        }
        found
    }

    #[test]
    fn every_kind_of_transfer_has_a_way_and_every_kind_of_account_is_reached() {
        let all: Vec<_> = TransferKind::ALL.iter().flat_map(|kind| ways(*kind)).collect();
        for kind in TransferKind::ALL {
            assert!(!ways(*kind).is_empty(), "{kind}");
        }
        for kind in AccountKind::ALL {
            assert!(all.iter().any(|(_, _, credit)| credit == kind), "{kind}");
        }
    }

    #[test]
    fn only_opening_and_reducing_touch_the_source() {
        for kind in TransferKind::ALL {
            let touches = ways(*kind)
                .iter()
                .any(|(_, debit, credit)| [debit, credit].contains(&&AccountKind::Source));
            let expected = matches!(kind, TransferKind::Open | TransferKind::Reduce);
            assert_eq!(touches, expected, "{kind}");
        }
    }

    #[test]
    fn money_once_paid_comes_back_by_a_recovery_only_and_lapsed_money_never() {
        for kind in TransferKind::ALL {
            for (_, debit, credit) in ways(*kind) {
                assert_ne!(debit, AccountKind::Lapsed, "{kind}");
                if debit == AccountKind::Paid {
                    assert_eq!(
                        (*kind, credit),
                        (TransferKind::RecoveryIssued, AccountKind::Recoverable)
                    );
                }
            }
        }
    }

    #[test]
    fn what_undoes_a_budget_operation_goes_the_other_way() {
        for kind in TransferKind::ALL {
            let Some(inverse) = inverse(*kind) else { continue };
            for (book, debit, credit) in ways(*kind) {
                assert!(permits(book, inverse, credit, debit), "{kind}");
            }
        }
    }

    fn account(book: Book, kind: AccountKind, path: [u128; 4], fiscal_year: i32) -> account::Model {
        let [fund, programme, call, award] = path.map(Uuid::from_u128);
        let owner_id = match owner(kind) {
            NodeKind::Fund => fund,
            NodeKind::Programme => programme,
            NodeKind::Call => call,
            _ => award,
        };
        account::Model {
            id: AccountId::new(),
            fund_id: FundId(fund),
            book,
            kind,
            owner_id,
            programme_id: Some(ProgrammeId(programme)),
            call_id: Some(CallId(call)),
            award_id: Some(AwardId(award)),
            fiscal_year,
            debits_minor: 0,
            credits_minor: 0,
            version: 0,
        }
    }

    #[test]
    fn budget_goes_to_a_parent_a_child_or_a_sibling_of_the_same_fund() {
        use AccountKind::{Award, Call, Ordered, Programme, Reserved};
        let ae = |kind, path| account(Book::Ae, kind, path, 0);
        let allocates = |debit, credit| joins(TransferKind::Allocate, &debit, &credit);
        assert!(allocates(ae(Programme, [1, 2, 0, 0]), ae(Call, [1, 2, 3, 0])));
        assert!(!allocates(ae(Programme, [1, 9, 0, 0]), ae(Call, [1, 2, 3, 0])));
        assert!(!allocates(ae(Programme, [9, 2, 0, 0]), ae(Call, [1, 2, 3, 0])));
        let reserves = |debit, credit| joins(TransferKind::Reserve, &debit, &credit);
        assert!(reserves(ae(Call, [1, 2, 3, 0]), ae(Reserved, [1, 2, 3, 4])));
        assert!(!reserves(ae(Call, [1, 2, 9, 0]), ae(Reserved, [1, 2, 3, 4])));
        let orders = |debit, credit| joins(TransferKind::Order, &debit, &credit);
        assert!(orders(ae(Award, [1, 2, 3, 4]), ae(Ordered, [1, 2, 3, 4])));
        assert!(!orders(ae(Award, [1, 2, 3, 9]), ae(Ordered, [1, 2, 3, 4])));
        let redeploys = |debit, credit| joins(TransferKind::Redeploy, &debit, &credit);
        assert!(redeploys(ae(Call, [1, 2, 3, 0]), ae(Call, [1, 5, 6, 0])));
        assert!(!redeploys(ae(Call, [1, 2, 3, 0]), ae(Call, [1, 2, 3, 0])));
        assert!(!redeploys(ae(Call, [1, 2, 3, 0]), ae(Call, [9, 5, 6, 0])));
    }

    #[test]
    fn payment_credits_stay_in_their_year_unless_carried_to_the_next() {
        use AccountKind::{Consumed, Programme};
        let cp = |kind, programme, year| account(Book::Cp, kind, [1, programme, 0, 0], year);
        let carries = |debit, credit| joins(TransferKind::CarryOver, &debit, &credit);
        assert!(carries(cp(Programme, 2, 2026), cp(Programme, 2, 2027)));
        assert!(!carries(cp(Programme, 2, 2026), cp(Programme, 2, 2028)));
        assert!(!carries(cp(Programme, 2, 2026), cp(Programme, 2, 2025)));
        assert!(!carries(cp(Programme, 2, 2026), cp(Programme, 3, 2027)));
        let orders = |debit, credit| joins(TransferKind::Order, &debit, &credit);
        assert!(orders(cp(Programme, 2, 2026), cp(Consumed, 2, 2026)));
        assert!(!orders(cp(Programme, 2, 2026), cp(Consumed, 2, 2027)));
        assert!(!orders(cp(Programme, 2, 2026), cp(Consumed, 3, 2026)));
        let across = account(Book::Ae, Programme, [1, 2, 0, 0], 2026);
        assert!(!joins(TransferKind::Redeploy, &across, &cp(Programme, 3, 2026)));
    }
}
