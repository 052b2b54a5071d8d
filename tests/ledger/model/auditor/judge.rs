//! What must be answered, and what is so afterwards.

use std::collections::VecDeque;

use entity::value::{
    AwardStatus, DecisionStatus, FiscalYearStatus, FundStatus, InstalmentStatus, PaymentRequestStatus, RecoveryStatus,
    Role, TransferKind,
};
use time::Date;

use super::ledger::Fault;
use super::{Account, Auditor, Award, Fund, Instalment, Line, Node, Posting, Recovery, Request};
use crate::ledger::model::operation::{Currency, Key, Operation, Paper, Policy, Sum, Text, What};

/// The largest amount that an operation takes: ten thousand billion euros.
const LARGEST: i128 = 1_000_000_000_000_000;

pub const CONFLICT: &str = "CONFLICT";
pub const CURRENCY: &str = "CURRENCY_MISMATCH";
pub const FORBIDDEN: &str = "FORBIDDEN";
pub const FUNDS: &str = "INSUFFICIENT_FUNDS";
pub const NOT_FOUND: &str = "NOT_FOUND";
pub const SEPARATION: &str = "SEPARATION_OF_DUTIES";
pub const STATE: &str = "INVALID_STATE";
pub const TAKEN: &str = "ALREADY_EXISTS";
pub const VALIDATION: &str = "VALIDATION";
const REUSED: &str = "IDEMPOTENCY_KEY_REUSED";

/// Roles that see every decision and award where they hold, unless they are tied to the applicant.
pub const STAFF: [Role; 5] = [
    Role::Admin,
    Role::ProgrammeManager,
    Role::FinanceOfficer,
    Role::CommitteeChair,
    Role::Auditor,
];

/// What must be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Why it is refused, sorted; none if it is done.
    pub codes: Vec<&'static str>,
    pub shortfall: Option<Shortfall>,
    pub postings: Vec<Posting>,
    /// Whether it is what was answered before.
    pub replayed: bool,
}

/// What there is and what was asked for, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    pub available: i64,
    pub requested: i64,
}

/// Why not.
#[derive(Debug)]
pub struct Refused {
    codes: Vec<&'static str>,
    shortfall: Option<Shortfall>,
}

impl From<&'static str> for Refused {
    fn from(code: &'static str) -> Self {
        Self {
            codes: vec![code],
            shortfall: None,
        }
    }
}

impl Refused {
    pub fn short(available: i64, requested: i64) -> Self {
        Self {
            codes: vec![FUNDS],
            shortfall: Some(Shortfall { available, requested }),
        }
    }
}

/// What is so once it is done.
#[derive(Default)]
pub struct Plan {
    pub changes: Vec<Change>,
    pub postings: Vec<Posting>,
    /// The day they count for, if not today.
    pub day: Option<Date>,
}

pub enum Change {
    Fund(usize, FundStatus),
    Policy(usize, Policy),
    Year(usize, i32, FiscalYearStatus),
    Decision(usize, DecisionStatus),
    Withdrawn(usize),
    NewAward(Award),
    Award(usize, AwardStatus),
    Decommitted(usize, i64),
    Number(u64),
    NewInstalment(Instalment),
    Instalment(usize, InstalmentStatus, i64),
    NewRequest(Request),
    Request(usize, PaymentRequestStatus),
    Certified(usize, usize),
    Approved(usize, usize),
    Ordered(usize),
    NewRecovery(Recovery),
    Recovery(usize, RecoveryStatus),
    Reinstated(usize),
}

pub type Verdict = Result<Plan, Refused>;

/// Every reason at once.
#[derive(Default)]
pub struct Reasons(Vec<&'static str>);

impl Reasons {
    pub fn require(&mut self, holds: bool, code: &'static str) {
        if !holds {
            self.0.push(code);
        }
    }

    pub fn text(&mut self, text: Text) {
        self.require(text == Text::Good, VALIDATION);
    }

    pub fn paper(&mut self, paper: Paper) {
        self.text(paper.reason);
        self.text(paper.document);
    }

    /// An amount above zero in a currency; zero, with the reason kept, if it is not one.
    pub fn sum(&mut self, sum: Sum, expected: Currency) -> i64 {
        let (Sum::Minor(_, currency) | Sum::TooFine(currency) | Sum::Words(currency)) = sum;
        self.require(currency == expected, CURRENCY);
        if currency != expected {
            return 0;
        }
        let minor = match sum {
            Sum::Minor(minor, _) if (1..=LARGEST).contains(&minor) => i64::try_from(minor).ok(),
            _ => None,
        };
        self.require(minor.is_some(), VALIDATION);
        minor.unwrap_or_default()
    }

    pub fn finish(mut self) -> Result<(), Refused> {
        self.0.sort_unstable();
        match self.0.as_slice() {
            [] => Ok(()),
            _ => Err(Refused {
                codes: self.0,
                shortfall: None,
            }),
        }
    }
}

impl Auditor {
    /// What must be answered to an operation, and what is so if it is done.
    pub fn expect(&self, operation: &Operation) -> (Expected, Plan) {
        if operation.what.takes_key() {
            if !matches!(operation.key, Key::Number(_)) {
                return (refused(VALIDATION.into()), Plan::default());
            }
            if let Some((what, answer)) = self.keys.answer(operation).filter(|_| !operation.preview) {
                let again = Expected {
                    replayed: true,
                    ..answer.clone()
                };
                let expected = if *what == operation.what {
                    again
                } else {
                    refused(REUSED.into())
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
            Err(why) => (refused(why), Plan::default()),
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

    /// Nobody moves the money of a call that has yet to tell them its decision; no account is overdrawn, but the source,
    /// and none counts more than it can.
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

    /// Whether an application of somebody's organisation waits in a call to be told the decision.
    fn awaits_decision(&self, who: usize, call: usize) -> bool {
        let own = self.calls[call].decisions.iter().copied().filter(|decision| {
            let found = self.decisions.item(*decision);
            self.is_tied(who, found.organisation) && !found.withdrawn
        });
        let mut statuses = own.map(|decision| self.decisions.status(decision));
        statuses.any(|status| status != DecisionStatus::Notified)
    }

    /// Whether somebody holds one of the roles in a fund.
    pub fn holds(&self, who: usize, roles: &[Role], fund: usize) -> bool {
        let mut held = self.people[who].roles.iter();
        held.any(|(role, scope)| roles.contains(role) && scope.is_none_or(|scope| scope == fund))
    }

    /// Whether somebody is one of an organisation.
    pub fn is_tied(&self, who: usize, organisation: usize) -> bool {
        self.people[who].organisation == Some(organisation)
    }

    /// A fund whose money somebody moves: its finance officers. Everybody knows of a fund that was opened, and its staff
    /// of one in preparation.
    pub fn fund_to_move(&self, who: usize, fund: usize) -> Result<&Fund, Refused> {
        let found = self.funds.get(fund).ok_or(NOT_FOUND)?;
        if found.status == FundStatus::Draft && !self.holds(who, Role::ALL, fund) {
            return Err(NOT_FOUND.into());
        }
        if self.holds(who, &[Role::FinanceOfficer], fund) {
            Ok(found)
        } else {
            Err(FORBIDDEN.into())
        }
    }

    /// Refuses whoever may not know of a decision: staff who are not tied know of all, applicants of those they were
    /// told.
    pub fn check_known(&self, who: usize, decision: usize) -> Result<(), Refused> {
        let found = self.decisions.get(decision).ok_or(NOT_FOUND)?;
        let known = if self.is_tied(who, found.organisation) {
            self.decisions.status(decision) == DecisionStatus::Notified
        } else {
            self.holds(who, &STAFF, self.fund_of_call(found.call))
        };
        if known { Ok(()) } else { Err(NOT_FOUND.into()) }
    }

    /// Refuses whoever does not handle what follows from a decision by one of the roles; nobody handles their own.
    pub fn check_handles(&self, who: usize, decision: usize, roles: &[Role]) -> Result<(), Refused> {
        self.check_known(who, decision)?;
        let found = self.decisions.item(decision);
        let handles = self.holds(who, roles, self.fund_of_call(found.call)) && !self.is_tied(who, found.organisation);
        if handles { Ok(()) } else { Err(FORBIDDEN.into()) }
    }

    /// The same, for an award.
    pub fn award_to_handle(&self, who: usize, award: usize, roles: &[Role]) -> Result<&Award, Refused> {
        let found = self.awards.get(award).ok_or(NOT_FOUND)?;
        self.check_handles(who, found.decision, roles)?;
        Ok(found)
    }
}

fn refused(why: Refused) -> Expected {
    Expected {
        codes: why.codes,
        shortfall: why.shortfall,
        postings: Vec::new(),
        replayed: false,
    }
}
