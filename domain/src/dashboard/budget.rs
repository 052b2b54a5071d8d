//! The figures of a budget, and what they mean.

use entity::budget;

use crate::money::{Currency, Money};

/// The budget of a node at one instant. Its figures always add up to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    currency: Currency,
    unallocated: i64,
    available: i64,
    reserved: i64,
    left_to_order: i64,
    ordered_unpaid: i64,
    paid: i64,
}

impl Budget {
    /// The budget that balances make. `balances` is the row of the node itself.
    #[must_use]
    pub fn of(balances: &budget::Model, currency: Currency) -> Self {
        use entity::value::NodeKind;
        let unallocated = match balances.node_kind {
            NodeKind::Fund => balances.envelope_minor,
            NodeKind::Programme => balances.programme_minor,
            _ => 0,
        };
        Self {
            currency,
            unallocated,
            available: balances.envelope_minor + balances.programme_minor + balances.call_minor,
            reserved: balances.reserved_minor,
            left_to_order: balances.award_minor,
            ordered_unpaid: balances.ordered_minor,
            paid: balances.paid_minor,
        }
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    /// Everything given to the node, cuts deducted: the envelope of a fund, the allocation of a programme or call, the
    /// amount of an award.
    #[must_use]
    pub fn opened(&self) -> Money {
        self.money(self.available + self.reserved + self.left_to_order + self.ordered_unpaid + self.paid)
    }

    /// What has been handed down: by a fund to its programmes, by a programme to its calls. For a call or an award, all
    /// of it.
    #[must_use]
    pub fn allocated(&self) -> Money {
        self.money(self.opened().minor - self.unallocated)
    }

    /// What is promised to nobody: opened less reserved less committed.
    #[must_use]
    pub fn available(&self) -> Money {
        self.money(self.available)
    }

    /// Promised by decisions whose agreement is not signed.
    #[must_use]
    pub fn reserved(&self) -> Money {
        self.money(self.reserved)
    }

    /// Committed by signed agreements, paid or not.
    #[must_use]
    pub fn committed(&self) -> Money {
        self.money(self.left_to_order + self.ordered_unpaid + self.paid)
    }

    /// Ordered from the bank, paid or not.
    #[must_use]
    pub fn ordered(&self) -> Money {
        self.money(self.ordered_unpaid + self.paid)
    }

    /// Paid, as the bank confirmed.
    #[must_use]
    pub fn paid(&self) -> Money {
        self.money(self.paid)
    }

    /// Committed and not paid yet (reste à payer).
    #[must_use]
    pub fn remaining_to_pay(&self) -> Money {
        self.money(self.left_to_order + self.ordered_unpaid)
    }

    /// Committed over opened, in basis points rounded down; `None` when nothing is opened.
    #[must_use]
    pub fn commitment_rate_bp(&self) -> Option<i32> {
        rate_bp(self.committed().minor, self.opened().minor)
    }

    /// Paid over committed, in basis points rounded down; `None` when nothing is committed.
    #[must_use]
    pub fn payment_rate_bp(&self) -> Option<i32> {
        rate_bp(self.paid, self.committed().minor)
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
    use entity::value::{FundId, NodeKind};
    use uuid::Uuid;

    use super::*;

    fn budget(node_kind: NodeKind) -> Budget {
        let balances = budget::Model {
            node_id: Uuid::nil(),
            node_kind,
            fund_id: FundId::new(),
            envelope_minor: 1_000,
            programme_minor: 200,
            call_minor: 30,
            reserved_minor: 5,
            award_minor: 40,
            ordered_minor: 300,
            paid_minor: 2_000,
        };
        Budget::of(&balances, Currency::from_code("EUR").expect("a currency"))
    }

    #[test]
    fn the_figures_of_a_budget_add_up() {
        let fund = budget(NodeKind::Fund);
        assert_eq!(fund.opened().minor, 3_575);
        assert_eq!(fund.allocated().minor, 2_575);
        assert_eq!(
            fund.available().minor + fund.reserved().minor + fund.committed().minor,
            fund.opened().minor
        );
        assert_eq!(
            fund.committed().minor,
            fund.remaining_to_pay().minor + fund.paid().minor
        );
        assert_eq!(fund.ordered().minor, 2_300);
        assert_eq!(budget(NodeKind::Programme).allocated().minor, 3_375);
        assert_eq!(budget(NodeKind::Call).allocated().minor, 3_575);
    }

    #[test]
    fn a_rate_says_nothing_of_nothing() {
        assert_eq!(rate_bp(0, 0), None);
        assert_eq!(rate_bp(1, 3), Some(3_333));
        assert_eq!(rate_bp(7, 7), Some(10_000));
        assert_eq!(rate_bp(i64::MAX, i64::MAX), Some(10_000));
    }
}
