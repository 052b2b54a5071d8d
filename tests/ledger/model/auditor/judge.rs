//! What must be answered to each operation, and what is so afterwards.

use std::collections::VecDeque;

use entity::value::{AwardStatus, InstalmentStatus, PaymentRequestStatus, RecoveryStatus, TransferKind};
use time::Date;

use super::ledger::Fault;
use super::verdict::{FORBIDDEN, NOT_FOUND, REUSED, Refused, VALIDATION, Verdict};
use super::{Account, Auditor, Change, Expected, Line, Node, Plan, Posting};
use crate::ledger::model::operation::{Key, Operation, What};

impl Auditor {
    /// What must be answered to an operation, and what is so if it is done.
    pub fn expect(&self, operation: &Operation) -> (Expected, Plan) {
        if operation.what.takes_key() {
            if !matches!(operation.key, Key::Number(_)) {
                return (Expected::refused(VALIDATION.into()), Plan::default());
            }
            if let Some((what, answer)) = self.keys.answer(operation).filter(|_| !operation.preview) {
                let again = Expected {
                    replayed: true,
                    ..answer.clone()
                };
                let expected = if *what == operation.what {
                    again
                } else {
                    Expected::refused(REUSED.into())
                };
                return (expected, Plan::default());
            }
        }
        match self.judge(operation.who, &operation.what) {
            Ok(plan) => {
                let expected = Expected {
                    codes: Vec::new(),
                    shortfall: None,
                    postings: plan.postings.clone(),
                    replayed: false,
                };
                (expected, plan)
            }
            Err(why) => (Expected::refused(why), Plan::default()),
        }
    }

    fn judge(&self, who: usize, what: &What) -> Verdict {
        match what {
            What::OpenEnvelope(fund, order) => self.open_envelope(who, *fund, order),
            What::ReduceEnvelope(fund, order) => self.reduce_envelope(who, *fund, order),
            What::Allocate(to, order) => self.allocate(who, *to, order),
            What::Deallocate(from, order) => self.deallocate(who, *from, order),
            What::Redeploy(from, to, order) => self.redeploy(who, *from, *to, order),
            What::OpenCredits(programme, year, order) => self.open_credits(who, *programme, *year, order),
            What::ReduceCredits(programme, year, order) => self.reduce_credits(who, *programme, *year, order),
            What::MoveCredits(from, to, year, order) => self.move_credits(who, (*from, *to), *year, order),
            What::CarryOver(programme, year, order) => self.carry_over(who, *programme, *year, order),
            What::CloseYear(fund, year) => self.close_year(who, *fund, *year),
            What::SetPolicy(fund, policy) => self.set_policy(who, *fund, *policy),
            What::CloseFund(fund) => self.close_fund(who, *fund),
            What::Reverse(fund, place, paper) => self.reverse(who, *fund, *place, *paper),
            What::Adopt { decision, revision } => self.adopt(who, *decision, *revision),
            What::Notify(decision) => self.notify(who, *decision),
            What::Withdraw(decision) => self.withdraw(who, *decision),
            What::Release(award, paper) => self.release(who, *award, *paper),
            What::Sign(award, agreement) => self.sign(who, *award, agreement),
            What::Decommit(award, sum, paper) => self.decommit(who, *award, *sum, *paper),
            What::Request(instalment, sum, text) => self.request(who, *instalment, *sum, *text),
            What::Certify(request) => self.certify(who, *request),
            What::Approve(request) => self.approve(who, *request),
            What::Reject(request, text) => self.reject(who, *request, *text),
            What::OrderPayment(request) => self.order_payment(who, *request),
            What::Confirm(request, text) => self.confirm(who, *request, *text),
            What::Return(request, text) => self.return_payment(who, *request, *text),
            What::IssueRecovery(award, sum, paper) => self.issue(who, *award, *sum, *paper),
            What::ReceiveRecovery(recovery, text) => self.end_recovery(who, *recovery, *text, true),
            What::CancelRecovery(recovery, text) => self.end_recovery(who, *recovery, *text, false),
            What::ReinstateRecovery(recovery, paper) => self.reinstate(who, *recovery, *paper),
        }
    }

    /// Takes note of an operation that was answered as expected.
    pub fn settle(&mut self, operation: &Operation, expected: &Expected, plan: Plan) {
        if operation.preview {
            return;
        }
        let known = ![NOT_FOUND, FORBIDDEN, REUSED]
            .iter()
            .any(|code| expected.codes.contains(code));
        if let (true, true, Key::Number(_)) = (operation.what.takes_key(), known, operation.key) {
            self.keys.keep(operation, expected);
        }
        let ordered = plan.changes.iter().find_map(|change| match change {
            Change::Ordered(request) => Some(*request),
            _ => None,
        });
        plan.changes.into_iter().for_each(|change| self.apply(change));
        let places: Vec<i64> = plan
            .postings
            .iter()
            .map(|posting| self.write(operation, *posting, plan.day))
            .collect();
        if let Some(request) = ordered {
            self.requests.item_mut(request).orders = places;
        }
    }

    fn write(&mut self, operation: &Operation, posting: Posting, day: Option<Date>) -> i64 {
        let fund = self.fund_of(posting.from.owner);
        let Key::Number(key) = operation.key else {
            panic!("money moves under a key")
        };
        let line = Line {
            posting,
            day: day.unwrap_or_else(|| self.today(fund)),
            who: operation.who,
            key,
            reversed: false,
        };
        let (from, to) = (self.upwards(posting.from.owner), self.upwards(posting.to.owner));
        self.ledger.write(fund, line, [&from, &to])
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Fund(fund, status) => self.funds[fund].status = status,
            Change::Policy(fund, policy) => self.funds[fund].policy = policy,
            Change::Year(fund, year, status) => drop(self.years.insert((fund, year), status)),
            Change::Decision(decision, status) => self.decisions.set(decision, status),
            Change::Withdrawn(decision) => self.decisions.item_mut(decision).withdrawn = true,
            Change::NewAward(award) => {
                let decision = award.decision;
                let number = self.awards.push(award, AwardStatus::Reserved);
                self.decisions.item_mut(decision).award = Some(number);
            }
            Change::Award(award, status) => self.awards.set(award, status),
            Change::Decommitted(award, minor) => self.awards.item_mut(award).decommitted += minor,
            Change::Number(number) => drop(self.numbers.insert(number)),
            Change::NewInstalment(instalment) => {
                let award = instalment.award;
                let number = self.instalments.push(instalment, InstalmentStatus::Scheduled);
                self.awards.item_mut(award).instalments.push(number);
            }
            Change::Instalment(instalment, status, minor) => {
                self.instalments.item_mut(instalment).minor = minor;
                self.instalments.set(instalment, status);
            }
            Change::NewRequest(request) => {
                let instalment = request.instalment;
                let number = self.requests.push(request, PaymentRequestStatus::Submitted);
                self.instalments.item_mut(instalment).requests.push(number);
            }
            Change::Request(request, status) => self.requests.set(request, status),
            Change::Certified(request, who) => self.requests.item_mut(request).certified_by = Some(who),
            Change::Approved(request, who) => self.requests.item_mut(request).approved_by = Some(who),
            Change::Ordered(request) => self.requests.set(request, PaymentRequestStatus::Ordered),
            Change::NewRecovery(recovery) => drop(self.recoveries.push(recovery, RecoveryStatus::Issued)),
            Change::Recovery(recovery, status) => self.recoveries.set(recovery, status),
            Change::Reinstated(recovery) => self.recoveries.item_mut(recovery).reinstated = true,
        }
    }

    /// Operations that have their answer and can be asked again.
    pub fn asked(&self) -> &VecDeque<Operation> {
        self.keys.asked()
    }

    /// What somebody posts, if there is enough for it.
    pub fn post(
        &self,
        who: usize,
        kind: TransferKind,
        from: Account,
        to: Account,
        minor: i64,
    ) -> Result<Posting, Refused> {
        let posting = Posting::new(kind, from, to, minor);
        self.check_post(who, posting)
    }

    /// What somebody posts to undo a line of a journal.
    pub fn undo(&self, who: usize, kind: TransferKind, fund: usize, place: i64) -> Result<Posting, Refused> {
        let undone = self.ledger.line(fund, place).expect("a line").posting;
        let posting = Posting {
            reverses: Some(place),
            ..Posting::new(kind, undone.to, undone.from, undone.minor)
        };
        self.check_post(who, posting)
    }

    /// Nobody moves the money of a call that has yet to tell them its decision; no account is overdrawn, but the
    /// source, and none counts more than it can.
    fn check_post(&self, who: usize, posting: Posting) -> Result<Posting, Refused> {
        let awaits = |account: Account| match account.owner {
            Node::Call(call) => self.awaits_decision(who, call),
            _ => false,
        };
        if awaits(posting.from) || awaits(posting.to) {
            return Err(FORBIDDEN.into());
        }
        let posted = self.ledger.post(posting);
        posted.map_err(|fault| match fault {
            Fault::Short(available) => Refused::short(available, posting.minor),
            Fault::Full => VALIDATION.into(),
        })
    }
}
