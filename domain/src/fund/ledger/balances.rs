//! The balances that a budget holds: one per kind of account of the commitment book, the source aside.

use entity::value::{AccountKind, NodeKind};
use entity::{account, budget, budget_day, budget_entry};
use uuid::Uuid;

/// The kinds of account whose balances a budget holds, in the order of its columns.
pub const KINDS: [AccountKind; 10] = [
    AccountKind::Envelope,
    AccountKind::Programme,
    AccountKind::Call,
    AccountKind::Reserved,
    AccountKind::Award,
    AccountKind::Ordered,
    AccountKind::Paid,
    AccountKind::Recoverable,
    AccountKind::Recovered,
    AccountKind::Lapsed,
];

/// One balance per kind of account, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Balances([i64; KINDS.len()]);

impl Balances {
    /// The balance of everything of one kind; zero for kinds that no budget holds.
    #[must_use]
    pub fn of(&self, kind: AccountKind) -> i64 {
        let place = KINDS.iter().position(|held| *held == kind);
        place.and_then(|place| self.0.get(place)).copied().unwrap_or_default()
    }

    /// Adds to the balance of a kind, if a budget holds it.
    pub fn add(&mut self, kind: AccountKind, change_minor: i64) {
        let place = KINDS.iter().position(|held| *held == kind);
        if let Some(balance) = place.and_then(|place| self.0.get_mut(place)) {
            *balance += change_minor;
        }
    }

    /// Each kind with its balance.
    pub fn iter(&self) -> impl Iterator<Item = (AccountKind, i64)> {
        KINDS.into_iter().zip(self.0)
    }

    /// The sum of two sets of balances, kind by kind.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for (kind, balance) in other.iter() {
            self.add(kind, balance);
        }
        self
    }
}

macro_rules! hold_balances {
    ($($table:ident),+) => {$(
        impl From<&$table::Model> for Balances {
            fn from(row: &$table::Model) -> Self {
                Self([
                    row.envelope_minor,
                    row.programme_minor,
                    row.call_minor,
                    row.reserved_minor,
                    row.award_minor,
                    row.ordered_minor,
                    row.paid_minor,
                    row.recoverable_minor,
                    row.recovered_minor,
                    row.lapsed_minor,
                ])
            }
        }
    )+};
}
hold_balances!(budget, budget_entry, budget_day);

/// The nodes that an account counts for: its owner and everything above it. None for accounts outside every budget: the
/// source, and those of payment credits.
pub(crate) fn nodes(account: &account::Model) -> impl Iterator<Item = (NodeKind, Uuid)> {
    let counts = KINDS.contains(&account.kind) && account.fiscal_year == 0;
    let above = [
        Some((NodeKind::Fund, account.fund_id.0)),
        account.programme_id.map(|id| (NodeKind::Programme, id.0)),
        account.call_id.map(|id| (NodeKind::Call, id.0)),
        account.award_id.map(|id| (NodeKind::Award, id.0)),
    ];
    above.into_iter().flatten().filter(move |_| counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_holds_every_kind_of_the_commitment_book_but_the_source() {
        let outside = [AccountKind::Source, AccountKind::Consumed];
        for kind in AccountKind::ALL {
            let mut balances = Balances::default();
            balances.add(*kind, 7);
            let held = if outside.contains(kind) { 0 } else { 7 };
            assert_eq!(balances.of(*kind), held, "{kind}");
            assert_eq!(balances.iter().map(|(_, balance)| balance).sum::<i64>(), held, "{kind}");
            assert_eq!(balances.plus(&balances).of(*kind), 2 * held, "{kind}");
        }
    }
}
