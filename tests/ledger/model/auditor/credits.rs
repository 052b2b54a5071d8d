//! Payment credits, and the years they are for.

use entity::value::{AccountKind, FiscalYearStatus, TransferKind};

use super::verdict::{NOT_FOUND, Reasons, STATE, VALIDATION, Verdict};
use super::{Account, Auditor, Change, Node, Plan};
use crate::ledger::model::operation::Order;

impl Auditor {
    pub(super) fn open_credits(&self, who: usize, programme: usize, year: i32, order: &Order) -> Verdict {
        let fund = self.programmes.get(programme).ok_or(NOT_FOUND)?.fund;
        self.fund_to_move(who, fund)?;
        let mut reasons = self.spending(fund);
        let opened = self.entering_year(fund, year, &mut reasons);
        let way = (TransferKind::Open, source(fund, year), credits(programme, year));
        self.opening(who, fund, reasons, order, way, opened)
    }

    pub(super) fn reduce_credits(&self, who: usize, programme: usize, year: i32, order: &Order) -> Verdict {
        let fund = self.programmes.get(programme).ok_or(NOT_FOUND)?.fund;
        self.fund_to_move(who, fund)?;
        let mut reasons = self.spending(fund);
        self.within_year(fund, year, &mut reasons);
        let way = (TransferKind::Reduce, credits(programme, year), source(fund, year));
        self.carry_out(who, fund, reasons, order, way)
    }

    pub(super) fn move_credits(&self, who: usize, (from, to): (usize, usize), year: i32, order: &Order) -> Verdict {
        let fund = self.programmes.get(from).ok_or(NOT_FOUND)?.fund;
        self.fund_to_move(who, fund)?;
        let other = self.programmes.get(to).ok_or(NOT_FOUND)?.fund;
        self.fund_to_move(who, other)?;
        if from == to || fund != other {
            return Err(VALIDATION.into());
        }
        let mut reasons = self.spending(fund);
        self.within_year(fund, year, &mut reasons);
        let way = (TransferKind::Redeploy, credits(from, year), credits(to, year));
        self.carry_out(who, fund, reasons, order, way)
    }

    /// What is left of a year, closed or not, goes to the next.
    pub(super) fn carry_over(&self, who: usize, programme: usize, year: i32, order: &Order) -> Verdict {
        let fund = self.programmes.get(programme).ok_or(NOT_FOUND)?.fund;
        self.fund_to_move(who, fund)?;
        let next = year.saturating_add(1);
        let mut reasons = self.spending(fund);
        reasons.require(self.years.contains_key(&(fund, year)), VALIDATION);
        let opened = self.entering_year(fund, next, &mut reasons);
        let way = (
            TransferKind::CarryOver,
            credits(programme, year),
            credits(programme, next),
        );
        self.opening(who, fund, reasons, order, way, opened)
    }

    pub(super) fn close_year(&self, who: usize, fund: usize, year: i32) -> Verdict {
        self.fund_to_move(who, fund)?;
        match self.years.get(&(fund, year)) {
            None => Err(VALIDATION.into()),
            Some(FiscalYearStatus::Closed) => Err(STATE.into()),
            Some(FiscalYearStatus::Open) => Ok(Plan {
                changes: vec![Change::Year(fund, year, FiscalYearStatus::Closed)],
                ..Plan::default()
            }),
        }
    }

    /// Credits come into a year: one that is open, or a new one. Answers with the change that opens it.
    fn entering_year(&self, fund: usize, year: i32, reasons: &mut Reasons) -> Option<Change> {
        let known = self.years.get(&(fund, year));
        match known {
            Some(status) => reasons.require(*status == FiscalYearStatus::Open, STATE),
            None => reasons.require((1900..=9999).contains(&year), VALIDATION),
        }
        known
            .is_none()
            .then_some(Change::Year(fund, year, FiscalYearStatus::Open))
    }

    /// Credits move within a year that is open.
    fn within_year(&self, fund: usize, year: i32, reasons: &mut Reasons) {
        match self.years.get(&(fund, year)) {
            Some(status) => reasons.require(*status == FiscalYearStatus::Open, STATE),
            None => reasons.require(false, VALIDATION),
        }
    }

    fn opening(
        &self,
        who: usize,
        fund: usize,
        reasons: Reasons,
        order: &Order,
        way: (TransferKind, Account, Account),
        opened: Option<Change>,
    ) -> Verdict {
        let mut plan = self.carry_out(who, fund, reasons, order, way)?;
        plan.changes.extend(opened);
        Ok(plan)
    }
}

/// The payment credits of a programme for a year.
pub(super) fn credits(programme: usize, year: i32) -> Account {
    Account::credits(AccountKind::Programme, Node::Programme(programme), year)
}

fn source(fund: usize, year: i32) -> Account {
    Account::credits(AccountKind::Source, Node::Fund(fund), year)
}
