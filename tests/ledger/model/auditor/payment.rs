//! Payments: claimed, certified, approved and ordered by different people, then paid or returned by the bank.

use entity::value::{
    AccountKind, AwardStatus, FiscalYearStatus, InstalmentStatus, PaymentRequestStatus, Role, TransferKind,
};

use super::award::own;
use super::credits::credits;
use super::verdict::{FORBIDDEN, NOT_FOUND, Reasons, Refused, SEPARATION, STATE, VALIDATION, Verdict};
use super::{Account, Auditor, Change, Node, Plan, Request};
use crate::ledger::model::operation::{Sum, Text};

impl Auditor {
    pub(super) fn request(&self, who: usize, instalment: usize, sum: Sum, text: Text) -> Verdict {
        let found = self.known_instalment(who, instalment)?;
        let decision = self.decisions.item(self.awards.item(found.award).decision);
        if !self.is_tied(who, decision.organisation) {
            return Err(FORBIDDEN.into());
        }
        let mut reasons = Reasons::default();
        self.check_under_way(found.award, &mut reasons);
        reasons.require(
            self.instalments.status(instalment) == InstalmentStatus::Scheduled,
            STATE,
        );
        let minor = reasons.sum(sum, self.funds[self.fund_of_award(found.award)].currency);
        reasons.require(minor <= found.minor - self.spent(instalment).0, VALIDATION);
        reasons.text(text);
        reasons.finish()?;
        let request = Request {
            instalment,
            minor,
            submitted_by: who,
            certified_by: None,
            approved_by: None,
            orders: Vec::new(),
        };
        Ok(Plan {
            changes: vec![
                Change::NewRequest(request),
                Change::Instalment(instalment, InstalmentStatus::Requested, found.minor),
            ],
            ..Plan::default()
        })
    }

    pub(super) fn certify(&self, who: usize, request: usize) -> Verdict {
        let found = self.request_to_handle(who, request, &[Role::ProgrammeManager])?;
        self.check_step(request, PaymentRequestStatus::Submitted, who, Some(found.submitted_by))?;
        Ok(Plan {
            changes: vec![
                Change::Certified(request, who),
                Change::Request(request, PaymentRequestStatus::Certified),
            ],
            ..Plan::default()
        })
    }

    pub(super) fn approve(&self, who: usize, request: usize) -> Verdict {
        let found = self.request_to_handle(who, request, &[Role::FinanceOfficer])?;
        self.check_step(request, PaymentRequestStatus::Certified, who, found.certified_by)?;
        Ok(Plan {
            changes: vec![
                Change::Approved(request, who),
                Change::Request(request, PaymentRequestStatus::Approved),
            ],
            ..Plan::default()
        })
    }

    /// Staff refuse a claim that is not ordered; its instalment, if it still waits for it, can be claimed again.
    pub(super) fn reject(&self, who: usize, request: usize, text: Text) -> Verdict {
        let roles = [Role::ProgrammeManager, Role::FinanceOfficer];
        let found = self.request_to_handle(who, request, &roles)?;
        let mut reasons = Reasons::default();
        let before = [
            PaymentRequestStatus::Submitted,
            PaymentRequestStatus::Certified,
            PaymentRequestStatus::Approved,
        ];
        reasons.require(before.contains(&self.requests.status(request)), STATE);
        reasons.text(text);
        reasons.finish()?;
        let mut changes = vec![Change::Request(request, PaymentRequestStatus::Rejected)];
        if self.instalments.status(found.instalment) == InstalmentStatus::Requested {
            changes.push(self.reopened(found.instalment));
        }
        Ok(Plan {
            changes,
            ..Plan::default()
        })
    }

    /// Takes the amount from the award and, where the fund enforces them, from its programme's payment credits of the
    /// year: both or neither.
    pub(super) fn order_payment(&self, who: usize, request: usize) -> Verdict {
        let found = self.request_to_handle(who, request, &[Role::FinanceOfficer])?;
        let award = self.instalments.item(found.instalment).award;
        if self.requests.status(request) == PaymentRequestStatus::Approved {
            // What was decommitted since the claim cannot be ordered.
            let left = match self.instalments.status(found.instalment) {
                InstalmentStatus::Requested => {
                    self.instalments.item(found.instalment).minor - self.spent(found.instalment).0
                }
                _ => 0,
            };
            if found.minor > left {
                return Err(Refused::short(left, found.minor));
            }
        }
        self.check_step(request, PaymentRequestStatus::Approved, who, found.approved_by)?;
        let fund = self.fund_of_award(award);
        let mut legs = vec![(own(AccountKind::Award, award), own(AccountKind::Ordered, award))];
        if self.funds[fund].policy.credits {
            let year = self.today(fund).year();
            match self.years.get(&(fund, year)) {
                Some(FiscalYearStatus::Open) => {}
                Some(FiscalYearStatus::Closed) => return Err(STATE.into()),
                None => return Err(Refused::short(0, found.minor)),
            }
            let programme = self.calls[self.awards.item(award).call].programme;
            let consumed = Account::credits(AccountKind::Consumed, Node::Programme(programme), year);
            legs.push((credits(programme, year), consumed));
        }
        let posted = legs
            .into_iter()
            .map(|(from, to)| self.post(who, TransferKind::Order, from, to, found.minor));
        Ok(Plan {
            changes: vec![Change::Ordered(request)],
            postings: posted.collect::<Result<_, _>>()?,
            day: None,
        })
    }

    /// The bank has paid. An instalment claimed in part can be claimed for the rest; an award with nothing left to
    /// order or to confirm is complete.
    pub(super) fn confirm(&self, who: usize, request: usize, text: Text) -> Verdict {
        let found = self.request_to_handle(who, request, &[Role::FinanceOfficer])?;
        self.check_ordered(request, text)?;
        let instalment = self.instalments.item(found.instalment);
        let (paid, _) = self.spent(found.instalment);
        let award = instalment.award;
        let posting = self.post(
            who,
            TransferKind::Pay,
            own(AccountKind::Ordered, award),
            own(AccountKind::Paid, award),
            found.minor,
        )?;
        let complete = self.held(award, AccountKind::Award) == 0 && posting.from_balance == 0;
        let status = if complete {
            AwardStatus::Completed
        } else {
            AwardStatus::InProgress
        };
        let step = if paid + found.minor == instalment.minor {
            Change::Instalment(found.instalment, InstalmentStatus::Paid, instalment.minor)
        } else {
            self.reopened(found.instalment)
        };
        Ok(Plan {
            changes: vec![
                Change::Request(request, PaymentRequestStatus::Paid),
                step,
                Change::Award(award, status),
            ],
            postings: vec![posting],
            day: None,
        })
    }

    /// The bank has not paid: what the order moved goes back where it came from, whatever became of the year since.
    pub(super) fn return_payment(&self, who: usize, request: usize, text: Text) -> Verdict {
        let found = self.request_to_handle(who, request, &[Role::FinanceOfficer])?;
        self.check_ordered(request, text)?;
        let fund = self.fund_of_award(self.instalments.item(found.instalment).award);
        let undone = found
            .orders
            .iter()
            .map(|place| self.undo(who, TransferKind::Reject, fund, *place));
        Ok(Plan {
            changes: vec![
                Change::Request(request, PaymentRequestStatus::Rejected),
                self.reopened(found.instalment),
            ],
            postings: undone.collect::<Result<_, _>>()?,
            day: None,
        })
    }

    fn request_to_handle(&self, who: usize, request: usize, roles: &[Role]) -> Result<&Request, Refused> {
        let requests = self.requests.get(request).ok_or(NOT_FOUND)?;
        let award = self.instalments.item(requests.instalment).award;
        self.award_to_handle(who, award, roles)?;
        Ok(requests)
    }

    /// A step is taken once, in its turn, on an award under way, by another person than the one before.
    fn check_step(
        &self,
        request: usize,
        before: PaymentRequestStatus,
        who: usize,
        previous: Option<usize>,
    ) -> Result<(), Refused> {
        let mut reasons = Reasons::default();
        let instalment = self.requests.item(request).instalment;
        self.check_under_way(self.instalments.item(instalment).award, &mut reasons);
        reasons.require(self.requests.status(request) == before, STATE);
        reasons.require(previous != Some(who), SEPARATION);
        reasons.finish()
    }

    fn check_ordered(&self, request: usize, text: Text) -> Result<(), Refused> {
        let mut reasons = Reasons::default();
        reasons.require(self.requests.status(request) == PaymentRequestStatus::Ordered, STATE);
        reasons.text(text);
        reasons.finish()
    }

    fn reopened(&self, instalment: usize) -> Change {
        let minor = self.instalments.item(instalment).minor;
        Change::Instalment(instalment, InstalmentStatus::Scheduled, minor)
    }
}
