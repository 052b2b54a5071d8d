//! The envelope, what is handed down from it, and corrections.

use entity::value::{AccountKind, Book, FiscalYearStatus, FundStatus, Role, TransferKind};

use super::verdict::{FORBIDDEN, NOT_FOUND, Reasons, Refused, STATE, VALIDATION, Verdict};
use super::{Account, Auditor, Change, Node, Plan};
use crate::ledger::model::operation::{Holder, Order, Paper, Policy};

/// Where a holder of budget is: its own account, and the one above.
struct Place {
    fund: usize,
    own: Account,
    above: Account,
    /// Whether its staff only know of it.
    draft: bool,
}

impl Auditor {
    pub(super) fn open_envelope(&self, who: usize, fund: usize, order: &Order) -> Verdict {
        let found = self.fund_to_move(who, fund)?;
        let mut reasons = Reasons::default();
        reasons.require(found.status != FundStatus::Closed, STATE);
        let (source, envelope) = envelope(fund);
        let mut plan = self.carry_out(who, fund, reasons, order, (TransferKind::Open, source, envelope))?;
        plan.changes.push(Change::Fund(fund, FundStatus::Active));
        Ok(plan)
    }

    pub(super) fn reduce_envelope(&self, who: usize, fund: usize, order: &Order) -> Verdict {
        self.fund_to_move(who, fund)?;
        let (source, envelope) = envelope(fund);
        self.carry_out(
            who,
            fund,
            self.spending(fund),
            order,
            (TransferKind::Reduce, envelope, source),
        )
    }

    pub(super) fn allocate(&self, who: usize, to: Holder, order: &Order) -> Verdict {
        let place = self.place(to)?;
        self.check_moves(who, &place)?;
        let way = (TransferKind::Allocate, place.above, place.own);
        self.carry_out(who, place.fund, self.spending(place.fund), order, way)
    }

    pub(super) fn deallocate(&self, who: usize, from: Holder, order: &Order) -> Verdict {
        let place = self.place(from)?;
        self.check_moves(who, &place)?;
        let way = (TransferKind::Deallocate, place.own, place.above);
        self.carry_out(who, place.fund, self.spending(place.fund), order, way)
    }

    pub(super) fn redeploy(&self, who: usize, from: Holder, to: Holder, order: &Order) -> Verdict {
        // Whoever may not move the money of the first is told nothing of the second.
        let from = self.place(from)?;
        self.check_moves(who, &from)?;
        let to = self.place(to)?;
        self.check_moves(who, &to)?;
        let alike = from.own.kind == to.own.kind && from.own != to.own && from.fund == to.fund;
        if !alike {
            return Err(VALIDATION.into());
        }
        let way = (TransferKind::Redeploy, from.own, to.own);
        self.carry_out(who, from.fund, self.spending(from.fund), order, way)
    }

    pub(super) fn set_policy(&self, who: usize, fund: usize, policy: Policy) -> Verdict {
        let found = self.fund_to_move(who, fund)?;
        if found.status == FundStatus::Closed {
            return Err(STATE.into());
        }
        Ok(Plan {
            changes: vec![Change::Policy(fund, policy)],
            ..Plan::default()
        })
    }

    pub(super) fn close_fund(&self, who: usize, fund: usize) -> Verdict {
        let found = self.fund_to_move(who, fund)?;
        if found.status != FundStatus::Active {
            return Err(STATE.into());
        }
        Ok(Plan {
            changes: vec![Change::Fund(fund, FundStatus::Closed)],
            ..Plan::default()
        })
    }

    /// A budget operation is undone once, in whole, by the opposite one; while its fund is open, and its year.
    pub(super) fn reverse(&self, who: usize, fund: usize, place: i64, paper: Paper) -> Verdict {
        let line = self.ledger.line(fund, place).ok_or(NOT_FOUND)?;
        if !self.holds(who, &[Role::FinanceOfficer], fund) {
            let reads = self.holds(who, &[Role::Admin, Role::ProgrammeManager, Role::Auditor], fund);
            return Err(if reads { FORBIDDEN } else { NOT_FOUND }.into());
        }
        let mut reasons = self.spending(fund);
        let opposite = match line.posting.kind {
            TransferKind::Open => Some(TransferKind::Reduce),
            TransferKind::Reduce => Some(TransferKind::Open),
            TransferKind::Allocate => Some(TransferKind::Deallocate),
            TransferKind::Deallocate => Some(TransferKind::Allocate),
            TransferKind::Redeploy => Some(TransferKind::Redeploy),
            _ => None,
        };
        let opposite = opposite.filter(|_| line.posting.reverses.is_none());
        reasons.require(opposite.is_some(), STATE);
        reasons.require(!line.reversed, STATE);
        reasons.paper(paper);
        let year = line.posting.from.year;
        let closed = self.years.get(&(fund, year)) == Some(&FiscalYearStatus::Closed);
        reasons.require(line.posting.from.book == Book::Ae || !closed, STATE);
        reasons.finish()?;
        let posting = self.undo(who, opposite.unwrap_or(line.posting.kind), fund, place)?;
        Ok(Plan {
            postings: vec![posting],
            ..Plan::default()
        })
    }

    /// Budget moves in a fund that is open.
    pub(super) fn spending(&self, fund: usize) -> Reasons {
        let mut reasons = Reasons::default();
        reasons.require(self.funds[fund].status == FundStatus::Active, STATE);
        reasons
    }

    /// Checks what an order states, and moves its amount.
    pub(super) fn carry_out(
        &self,
        who: usize,
        fund: usize,
        mut reasons: Reasons,
        order: &Order,
        (kind, from, to): (TransferKind, Account, Account),
    ) -> Verdict {
        let minor = reasons.sum(order.sum, self.funds[fund].currency);
        reasons.paper(order.paper);
        let first = self.funds[fund].starts_on;
        let in_time = |day| first <= day && day <= self.today(fund);
        reasons.require(order.day.is_none_or(in_time), VALIDATION);
        reasons.finish()?;
        Ok(Plan {
            changes: Vec::new(),
            postings: vec![self.post(who, kind, from, to, minor)?],
            day: order.day,
        })
    }

    fn place(&self, holder: Holder) -> Result<Place, Refused> {
        match holder {
            Holder::Programme(programme) => {
                let fund = self.programmes.get(programme).ok_or(NOT_FOUND)?.fund;
                Ok(Place {
                    fund,
                    own: Account::commitment(AccountKind::Programme, Node::Programme(programme)),
                    above: envelope(fund).1,
                    draft: false,
                })
            }
            Holder::Call(call) => {
                let found = self.calls.get(call).ok_or(NOT_FOUND)?;
                Ok(Place {
                    fund: self.fund_of_call(call),
                    own: Account::commitment(AccountKind::Call, Node::Call(call)),
                    above: Account::commitment(AccountKind::Programme, Node::Programme(found.programme)),
                    draft: found.draft,
                })
            }
        }
    }

    fn check_moves(&self, who: usize, place: &Place) -> Result<(), Refused> {
        match self.fund_to_move(who, place.fund) {
            Err(_) if place.draft => Err(NOT_FOUND.into()),
            other => other.map(drop),
        }
    }
}

fn envelope(fund: usize) -> (Account, Account) {
    let account = |kind| Account::commitment(kind, Node::Fund(fund));
    (account(AccountKind::Source), account(AccountKind::Envelope))
}
