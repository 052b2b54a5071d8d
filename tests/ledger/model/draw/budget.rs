//! Operations on budgets and payment credits.
#![expect(
    clippy::unnecessary_wraps,
    reason = "one signature for all that is drawn: some find nothing to ask for"
)]

use entity::value::{AccountKind, FiscalYearStatus, FundStatus, TransferKind};

use super::Draw;
use crate::ledger::model::auditor::{Account, Auditor, Node};
use crate::ledger::model::operation::{Holder, Order, Paper, Policy, Sum, What};

/// The largest amount that an operation takes.
const LARGEST: i64 = 1_000_000_000_000_000;

impl Draw {
    /// The first money of a fund.
    pub(super) fn first_money(&mut self, auditor: &Auditor, fund: usize) -> What {
        let minor = self.number(1_000_000_000..=3_000_000_000);
        let order = Order {
            sum: Sum::Minor(minor.into(), auditor.funds[fund].currency),
            paper: Paper::GOOD,
            day: None,
        };
        What::OpenEnvelope(fund, order)
    }

    pub(super) fn open_envelope(&mut self, auditor: &Auditor) -> Option<What> {
        let fund = self.fund(auditor);
        // The source ends far away; now and then one goes there in great steps.
        let most = if fund % 3 == 2 && self.happens(1, 60) {
            LARGEST
        } else {
            self.number(1..=1_000_000_000)
        };
        Some(What::OpenEnvelope(fund, self.order(auditor, fund, most)))
    }

    pub(super) fn reduce_envelope(&mut self, auditor: &Auditor) -> Option<What> {
        let fund = self.fund(auditor);
        let held = held(auditor, AccountKind::Envelope, Node::Fund(fund));
        let order = self.order(auditor, fund, held / 4);
        Some(What::ReduceEnvelope(fund, order))
    }

    pub(super) fn allocate(&mut self, auditor: &Auditor) -> Option<What> {
        let to = self.holder(auditor);
        let above = match to {
            Holder::Programme(programme) => {
                let fund = auditor.programmes.get(programme).map_or(0, |found| found.fund);
                held(auditor, AccountKind::Envelope, Node::Fund(fund))
            }
            Holder::Call(call) => {
                let programme = auditor.calls.get(call).map_or(0, |found| found.programme);
                held(auditor, AccountKind::Programme, Node::Programme(programme))
            }
        };
        let order = self.order(auditor, fund_of(auditor, to), above);
        Some(What::Allocate(to, order))
    }

    pub(super) fn deallocate(&mut self, auditor: &Auditor) -> Option<What> {
        let from = self.holder(auditor);
        let order = self.order(auditor, fund_of(auditor, from), own(auditor, from));
        Some(What::Deallocate(from, order))
    }

    pub(super) fn redeploy(&mut self, auditor: &Auditor) -> Option<What> {
        let (from, mut to) = (self.holder(auditor), self.holder(auditor));
        // One of the same kind and fund, if there is one near.
        for _ in 0..12 {
            let alike = matches!(from, Holder::Call(_)) == matches!(to, Holder::Call(_));
            if alike && from != to && fund_of(auditor, from) == fund_of(auditor, to) {
                break;
            }
            if self.happens(1, 40) {
                break;
            }
            to = self.holder(auditor);
        }
        let order = self.order(auditor, fund_of(auditor, from), own(auditor, from));
        Some(What::Redeploy(from, to, order))
    }

    pub(super) fn open_credits(&mut self, auditor: &Auditor) -> Option<What> {
        let programme = self.recent(auditor.programmes.len());
        let year = self.year(auditor, programme);
        let most = self.number(1..=50_000_000);
        let order = self.order(auditor, fund_of(auditor, Holder::Programme(programme)), most);
        Some(What::OpenCredits(programme, year, order))
    }

    pub(super) fn reduce_credits(&mut self, auditor: &Auditor) -> Option<What> {
        let programme = self.recent(auditor.programmes.len());
        let (year, order) = self.some_credits(auditor, programme);
        Some(What::ReduceCredits(programme, year, order))
    }

    pub(super) fn move_credits(&mut self, auditor: &Auditor) -> Option<What> {
        let from = self.recent(auditor.programmes.len());
        let (year, order) = self.some_credits(auditor, from);
        // A programme's neighbours are of the same fund, more often than not.
        let to = if self.happens(5, 6) {
            from / 3 * 3 + self.below(3)
        } else {
            self.recent(auditor.programmes.len())
        };
        Some(What::MoveCredits(from, to, year, order))
    }

    pub(super) fn carry_over(&mut self, auditor: &Auditor) -> Option<What> {
        let programme = self.recent(auditor.programmes.len());
        let (year, order) = self.some_credits(auditor, programme);
        Some(What::CarryOver(programme, year, order))
    }

    pub(super) fn close_year(&mut self, auditor: &Auditor) -> Option<What> {
        let fund = self.fund(auditor);
        let own = |((of, year), status): (&(usize, i32), &FiscalYearStatus)| {
            (*of == fund && *status == FiscalYearStatus::Open).then_some(*year)
        };
        let first_open = auditor.years.iter().find_map(own).filter(|_| self.happens(4, 5));
        let this = auditor.funds.get(fund).map_or(2026, |_| auditor.today(fund).year());
        // The present year is seldom closed: nothing more could be ordered in it.
        let year = first_open.filter(|year| *year < this || self.happens(1, 8));
        Some(What::CloseYear(fund, year.unwrap_or(this - 1)))
    }

    pub(super) fn set_policy(&mut self, auditor: &Auditor) -> Option<What> {
        let policy = Policy {
            credits: self.happens(1, 2),
            lapses: self.happens(1, 2),
            reinstates: self.happens(2, 3),
        };
        Some(What::SetPolicy(self.fund(auditor), policy))
    }

    pub(super) fn close_fund(&mut self, auditor: &Auditor) -> Option<What> {
        // A run founds a fund for each that it closes.
        self.happens(1, 3).then(|| What::CloseFund(self.fund(auditor)))
    }

    pub(super) fn reverse(&mut self, auditor: &Auditor) -> Option<What> {
        let fund = self.fund(auditor).min(auditor.funds.len() - 1);
        let end = auditor.ledger.end(fund);
        let mut place = end + 1;
        for _ in 0..20 {
            let first = if self.happens(3, 4) { (end - 60).max(1) } else { 1 };
            place = self.number(first..=end.max(first));
            let correctable = auditor.ledger.line(fund, place).is_some_and(|line| {
                use TransferKind::{Allocate, Deallocate, Open, Redeploy, Reduce};
                let kind = [Open, Reduce, Allocate, Deallocate, Redeploy].contains(&line.posting.kind);
                kind && !line.reversed && line.posting.reverses.is_none()
            });
            if correctable || self.happens(1, 60) {
                break;
            }
        }
        Some(What::Reverse(fund, place, self.paper()))
    }

    /// A programme or a call, rather a recent one of a fund that is active.
    fn holder(&mut self, auditor: &Auditor) -> Holder {
        let mut holder = Holder::Programme(usize::MAX);
        for _ in 0..4 {
            holder = if self.happens(1, 3) {
                Holder::Programme(self.recent(auditor.programmes.len()))
            } else {
                Holder::Call(self.recent(auditor.calls.len()))
            };
            let fund = auditor.funds.get(fund_of(auditor, holder));
            if fund.is_some_and(|fund| fund.status == FundStatus::Active) {
                break;
            }
        }
        holder
    }

    /// A fiscal year: this one or the next, seldom another.
    fn year(&mut self, auditor: &Auditor, programme: usize) -> i32 {
        let this = auditor
            .programmes
            .get(programme)
            .map_or(2026, |programme| auditor.today(programme.fund).year());
        match self.dice.u32(0..200) {
            0 => 1899,
            1 => 9999,
            2 => 10_000,
            3 => i32::MAX,
            4..50 => this + 1,
            50..70 => this - 1,
            _ => this,
        }
    }

    /// A year, and an order of what a programme has left for it.
    fn some_credits(&mut self, auditor: &Auditor, programme: usize) -> (i32, Order) {
        let year = self.year(auditor, programme);
        let year = if self.happens(1, 3) {
            year.saturating_sub(1)
        } else {
            year
        };
        let fund = fund_of(auditor, Holder::Programme(programme));
        (year, self.order(auditor, fund, auditor.credits(programme, year)))
    }
}

fn held(auditor: &Auditor, kind: AccountKind, owner: Node) -> i64 {
    auditor.ledger.balance(&Account::commitment(kind, owner))
}

/// What a holder of budget has not handed down.
fn own(auditor: &Auditor, holder: Holder) -> i64 {
    match holder {
        Holder::Programme(programme) => held(auditor, AccountKind::Programme, Node::Programme(programme)),
        Holder::Call(call) => held(auditor, AccountKind::Call, Node::Call(call)),
    }
}

/// The fund of a holder; of one that does not exist, no fund's number.
fn fund_of(auditor: &Auditor, holder: Holder) -> usize {
    let programme = match holder {
        Holder::Programme(programme) => programme,
        Holder::Call(call) => auditor.calls.get(call).map_or(usize::MAX, |call| call.programme),
    };
    auditor.programmes.get(programme).map_or(usize::MAX, |found| found.fund)
}
