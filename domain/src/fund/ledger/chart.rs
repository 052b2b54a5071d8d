//! The chart of accounts: which accounts exist, what moves between them, and where a balance counts.

use entity::value::{AccountKind, NodeKind, TransferKind};

/// Whether a transfer of this kind may go from an account of one kind to one of another.
#[must_use]
pub const fn permits(kind: TransferKind, debit: AccountKind, credit: AccountKind) -> bool {
    use AccountKind::{Award, Call, Envelope, Ordered, Paid, Programme, Reserved, Source};
    matches!(
        (kind, debit, credit),
        (TransferKind::Open, Source, Envelope)
            | (TransferKind::Reduce, Envelope, Source)
            | (TransferKind::Allocate, Envelope, Programme)
            | (TransferKind::Allocate, Programme, Call)
            | (TransferKind::Reserve, Call, Reserved)
            | (TransferKind::Commit, Reserved, Award)
            | (TransferKind::Order, Award, Ordered)
            | (TransferKind::Pay, Ordered, Paid)
            | (TransferKind::Reject, Ordered, Award)
    )
}

/// The kind of node that owns an account.
#[must_use]
pub const fn owner(kind: AccountKind) -> NodeKind {
    match kind {
        AccountKind::Source | AccountKind::Envelope => NodeKind::Fund,
        AccountKind::Programme => NodeKind::Programme,
        AccountKind::Call => NodeKind::Call,
        AccountKind::Reserved | AccountKind::Award | AccountKind::Ordered | AccountKind::Paid => NodeKind::Award,
    }
}

/// What an account of this kind holds, in English and in French, for messages.
#[must_use]
pub const fn name(kind: AccountKind) -> (&'static str, &'static str) {
    match kind {
        AccountKind::Source => ("source", "source"),
        AccountKind::Envelope => ("unallocated envelope", "enveloppe non répartie"),
        AccountKind::Programme => ("programme's unallocated budget", "budget non réparti du programme"),
        AccountKind::Call => ("call's uncommitted budget", "budget non engagé de l'appel à projets"),
        AccountKind::Reserved => ("award's reservation", "réservation de l'attribution"),
        AccountKind::Award => ("amount of the award left to order", "reste à ordonner de l'attribution"),
        AccountKind::Ordered => ("amount ordered and not yet paid", "montant ordonné et non encore payé"),
        AccountKind::Paid => ("amount paid", "montant payé"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_transfer_has_a_way_and_none_stays_where_it_is() {
        for kind in TransferKind::ALL {
            let ways = AccountKind::ALL
                .iter()
                .flat_map(|debit| AccountKind::ALL.iter().map(move |credit| (debit, credit)));
            let permitted: Vec<_> = ways
                .filter(|(debit, credit)| permits(*kind, **debit, **credit))
                .collect();
            assert!(!permitted.is_empty(), "{kind}");
            assert!(permitted.iter().all(|(debit, credit)| debit != credit), "{kind}");
        }
    }

    #[test]
    fn only_opening_and_reducing_touch_the_source() {
        for kind in TransferKind::ALL {
            let touches = AccountKind::ALL.iter().any(|other| {
                permits(*kind, AccountKind::Source, *other) || permits(*kind, *other, AccountKind::Source)
            });
            assert_eq!(
                touches,
                matches!(kind, TransferKind::Open | TransferKind::Reduce),
                "{kind}"
            );
        }
    }

    #[test]
    fn money_once_paid_does_not_come_back_by_any_transfer_of_this_release() {
        for kind in TransferKind::ALL {
            assert!(
                !AccountKind::ALL
                    .iter()
                    .any(|credit| permits(*kind, AccountKind::Paid, *credit)),
                "{kind}"
            );
        }
    }
}
