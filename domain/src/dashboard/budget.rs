//! The figures of a budget, and what they mean.

use entity::value::{AccountKind, NodeKind};

use crate::fund::ledger::Balances;
use crate::money::{Currency, Money};

/// The budget of a node at one instant. Its figures always add up to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    currency: Currency,
    unallocated: i64,
    balances: Balances,
}

impl Budget {
    /// The budget that the balances under a node make.
    #[must_use]
    pub fn of(node: NodeKind, balances: Balances, currency: Currency) -> Self {
        let unallocated = match node {
            NodeKind::Fund => balances.of(AccountKind::Envelope),
            NodeKind::Programme => balances.of(AccountKind::Programme),
            _ => 0,
        };
        Self {
            currency,
            unallocated,
            balances,
        }
    }

    fn sum(&self, kinds: &[AccountKind]) -> Money {
        self.money(kinds.iter().map(|kind| self.balances.of(*kind)).sum())
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    /// Everything given to the node, cuts deducted: the envelope of a fund, the allocation of a programme or call, the
    /// amount of an award. What lapsed is part of it.
    #[must_use]
    pub fn opened(&self) -> Money {
        self.money(self.balances.iter().map(|(_, balance)| balance).sum())
    }

    /// What has been handed down: by a fund to its programmes, by a programme to its calls. For a call or an award, all
    /// of it.
    #[must_use]
    pub fn allocated(&self) -> Money {
        self.money(self.opened().minor - self.unallocated)
    }

    /// What is promised to nobody.
    #[must_use]
    pub fn available(&self) -> Money {
        self.sum(&[AccountKind::Envelope, AccountKind::Programme, AccountKind::Call])
    }

    /// Promised by decisions whose agreement is not signed.
    #[must_use]
    pub fn reserved(&self) -> Money {
        self.sum(&[AccountKind::Reserved])
    }

    /// Committed by signed agreements, paid or not; what was decommitted is not part of it.
    #[must_use]
    pub fn committed(&self) -> Money {
        self.money(self.remaining_to_pay().minor + self.paid().minor)
    }

    /// Ordered from the bank, paid or not.
    #[must_use]
    pub fn ordered(&self) -> Money {
        self.money(self.balances.of(AccountKind::Ordered) + self.paid().minor)
    }

    /// Paid, as the bank confirmed. What is recovered of it stays part of it until it is reinstated.
    #[must_use]
    pub fn paid(&self) -> Money {
        self.sum(&[AccountKind::Paid, AccountKind::Recoverable, AccountKind::Recovered])
    }

    /// Paid wrongly and claimed back, not received yet.
    #[must_use]
    pub fn recoverable(&self) -> Money {
        self.sum(&[AccountKind::Recoverable])
    }

    /// Paid wrongly and received back.
    #[must_use]
    pub fn recovered(&self) -> Money {
        self.sum(&[AccountKind::Recovered])
    }

    /// Committed once, decommitted, and lost to the call by the fund's policy.
    #[must_use]
    pub fn lapsed(&self) -> Money {
        self.sum(&[AccountKind::Lapsed])
    }

    /// Committed and not paid yet (reste à payer).
    #[must_use]
    pub fn remaining_to_pay(&self) -> Money {
        self.sum(&[AccountKind::Award, AccountKind::Ordered])
    }

    /// Committed over opened, in basis points rounded down; `None` when nothing is opened.
    #[must_use]
    pub fn commitment_rate_bp(&self) -> Option<i32> {
        rate_bp(self.committed().minor, self.opened().minor)
    }

    /// Paid over committed, in basis points rounded down; `None` when nothing is committed.
    #[must_use]
    pub fn payment_rate_bp(&self) -> Option<i32> {
        rate_bp(self.paid().minor, self.committed().minor)
    }
}

fn rate_bp(part: i64, whole: i64) -> Option<i32> {
    if whole == 0 {
        return None;
    }
    i32::try_from(i128::from(part) * 10_000 / i128::from(whole)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(node: NodeKind) -> Budget {
        let mut balances = Balances::default();
        for (kind, minor) in [
            (AccountKind::Envelope, 1_000),
            (AccountKind::Programme, 200),
            (AccountKind::Call, 30),
            (AccountKind::Reserved, 5),
            (AccountKind::Award, 40),
            (AccountKind::Ordered, 300),
            (AccountKind::Paid, 2_000),
            (AccountKind::Recoverable, 7),
            (AccountKind::Recovered, 11),
            (AccountKind::Lapsed, 13),
        ] {
            balances.add(kind, minor);
        }
        Budget::of(node, balances, Currency::from_code("EUR").expect("a currency"))
    }

    #[test]
    fn the_figures_of_a_budget_add_up() {
        let fund = budget(NodeKind::Fund);
        assert_eq!(fund.opened().minor, 3_606);
        assert_eq!(fund.allocated().minor, 2_606);
        let parts = [fund.available(), fund.reserved(), fund.committed(), fund.lapsed()];
        assert_eq!(parts.iter().map(|part| part.minor).sum::<i64>(), fund.opened().minor);
        assert_eq!(
            fund.committed().minor,
            fund.remaining_to_pay().minor + fund.paid().minor
        );
        assert_eq!(fund.paid().minor, 2_018);
        assert_eq!(fund.ordered().minor, 2_318);
        assert_eq!((fund.recoverable().minor, fund.recovered().minor), (7, 11));
        assert_eq!(budget(NodeKind::Programme).allocated().minor, 3_406);
        assert_eq!(budget(NodeKind::Call).allocated().minor, 3_606);
    }

    #[test]
    fn a_rate_says_nothing_of_nothing() {
        assert_eq!(rate_bp(0, 0), None);
        assert_eq!(rate_bp(1, 3), Some(3_333));
        assert_eq!(rate_bp(7, 7), Some(10_000));
        assert_eq!(rate_bp(i64::MAX, i64::MAX), Some(10_000));
    }
}
