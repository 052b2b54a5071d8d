//! From the adoption of a decision to the end of an award.

use entity::value::{AccountKind, AwardStatus, DecisionStatus, FundStatus, InstalmentStatus, Role, TransferKind};

use super::rights::STAFF;
use super::verdict::{CONFLICT, FORBIDDEN, NOT_FOUND, Reasons, Refused, SEPARATION, STATE, TAKEN, VALIDATION, Verdict};
use super::{Account, Auditor, Award, Change, Instalment, Node, Plan};
use crate::ledger::model::operation::{Agreement, Paper, Sum};

/// Most instalments of an award.
const MOST: usize = 60;

impl Auditor {
    /// The chair adopts what another proposed, and has read; an amount is reserved on the call.
    pub(super) fn adopt(&self, who: usize, decision: usize, revision: i32) -> Verdict {
        self.check_handles(who, decision, &[Role::CommitteeChair])?;
        let found = self.decisions.item(decision);
        if found.proposed_by == who {
            return Err(SEPARATION.into());
        }
        if revision != 1 {
            return Err(CONFLICT.into());
        }
        if self.decisions.status(decision) != DecisionStatus::Proposed || found.withdrawn {
            return Err(STATE.into());
        }
        let mut plan = Plan::default();
        plan.changes.push(Change::Decision(decision, DecisionStatus::Adopted));
        if found.minor > 0 {
            self.spending(self.fund_of_call(found.call)).finish()?;
            let award = Account::commitment(AccountKind::Reserved, Node::Award(self.awards.len()));
            plan.postings
                .push(self.post(who, TransferKind::Reserve, call(found.call), award, found.minor)?);
            plan.changes.push(Change::NewAward(Award {
                decision,
                call: found.call,
                minor: found.minor,
                decommitted: 0,
                instalments: Vec::new(),
            }));
        }
        Ok(plan)
    }

    pub(super) fn notify(&self, who: usize, decision: usize) -> Verdict {
        self.check_handles(who, decision, &[Role::ProgrammeManager])?;
        let withdrawn = self.decisions.item(decision).withdrawn;
        if self.decisions.status(decision) != DecisionStatus::Adopted || withdrawn {
            return Err(STATE.into());
        }
        Ok(Plan {
            changes: vec![Change::Decision(decision, DecisionStatus::Notified)],
            ..Plan::default()
        })
    }

    /// An applicant takes their application back, unless it is rejected or its agreement is signed. Whoever does not
    /// act for it is told nothing, unless they know of it: staff, and its evaluator.
    pub(super) fn withdraw(&self, who: usize, decision: usize) -> Verdict {
        let found = self.decisions.get(decision).ok_or(NOT_FOUND)?;
        if !self.is_tied(who, found.organisation) {
            let roles = [&STAFF[..], &[Role::CommitteeMember]].concat();
            let knows = self.holds(who, &roles, self.fund_of_call(found.call));
            return Err(if knows { FORBIDDEN } else { NOT_FOUND }.into());
        }
        let signed = found
            .award
            .is_some_and(|award| ![AwardStatus::Reserved, AwardStatus::Lapsed].contains(&self.awards.status(award)));
        let told = self.decisions.status(decision) == DecisionStatus::Notified;
        if found.withdrawn || signed || (found.rejects && told) {
            return Err(STATE.into());
        }
        Ok(Plan {
            changes: vec![Change::Withdrawn(decision)],
            ..Plan::default()
        })
    }

    /// Gives back what was reserved for an award that will not be signed: its beneficiary knows of it, or has
    /// withdrawn.
    pub(super) fn release(&self, who: usize, award: usize, paper: Paper) -> Verdict {
        let found = self.award_to_handle(who, award, &[Role::ProgrammeManager])?;
        let decision = self.decisions.item(found.decision);
        let told = self.decisions.status(found.decision) == DecisionStatus::Notified;
        let mut reasons = Reasons::default();
        reasons.require(self.awards.status(award) == AwardStatus::Reserved, STATE);
        reasons.require(told || decision.withdrawn, STATE);
        reasons.paper(paper);
        reasons.finish()?;
        let reserved = own(AccountKind::Reserved, award);
        Ok(Plan {
            changes: vec![Change::Award(award, AwardStatus::Lapsed)],
            postings: vec![self.post(who, TransferKind::Release, reserved, call(found.call), found.minor)?],
            day: None,
        })
    }

    /// An agreement signed by both, whose instalments add up to the award, commits it.
    pub(super) fn sign(&self, who: usize, award: usize, agreement: &Agreement) -> Verdict {
        let found = self.award_to_handle(who, award, &[Role::ProgrammeManager])?;
        let (fund, today) = (
            &self.funds[self.fund_of_award(award)],
            self.today(self.fund_of_award(award)),
        );
        let mut reasons = Reasons::default();
        reasons.require(fund.status == FundStatus::Active, STATE);
        let told = self.decisions.status(found.decision) == DecisionStatus::Notified;
        reasons.require(self.awards.status(award) == AwardStatus::Reserved, STATE);
        reasons.require(told, STATE);
        reasons.require(!self.decisions.item(found.decision).withdrawn, STATE);
        reasons.require(agreement.signed.0 <= today, VALIDATION);
        reasons.require(agreement.signed.1 <= today, VALIDATION);
        let count = agreement.schedule.len();
        reasons.require((1..=MOST).contains(&count), VALIDATION);
        let parts: Vec<i64> = agreement
            .schedule
            .iter()
            .map(|part| reasons.sum(*part, fund.currency))
            .collect();
        reasons.require(!agreement.unsorted || count < 2, VALIDATION);
        let total: i128 = parts.iter().map(|part| i128::from(*part)).sum();
        reasons.require(total == i128::from(found.minor), VALIDATION);
        reasons.finish()?;
        if self.numbers.contains(&agreement.number) {
            return Err(TAKEN.into());
        }
        let mut changes = vec![
            Change::Number(agreement.number),
            Change::Award(award, AwardStatus::Committed),
        ];
        changes.extend(parts.into_iter().map(|minor| {
            Change::NewInstalment(Instalment {
                award,
                minor,
                requests: Vec::new(),
            })
        }));
        let (reserved, committed) = (own(AccountKind::Reserved, award), own(AccountKind::Award, award));
        Ok(Plan {
            changes,
            postings: vec![self.post(who, TransferKind::Commit, reserved, committed, found.minor)?],
            day: None,
        })
    }

    /// What will not be spent goes back to the call, or lapses, by the fund's policy. The schedule is shortened from
    /// its end. An award with nothing left ends: completed if anything was ever paid of it.
    pub(super) fn decommit(&self, who: usize, award: usize, sum: Sum, paper: Paper) -> Verdict {
        let found = self.award_to_handle(who, award, &[Role::FinanceOfficer])?;
        let fund = &self.funds[self.fund_of_award(award)];
        let mut reasons = Reasons::default();
        self.check_under_way(award, &mut reasons);
        let minor = reasons.sum(sum, fund.currency);
        reasons.paper(paper);
        reasons.finish()?;
        let left = self.held(award, AccountKind::Award);
        if minor > left {
            return Err(Refused::short(left, minor));
        }
        let to = if fund.policy.lapses {
            own(AccountKind::Lapsed, award)
        } else {
            call(found.call)
        };
        let posting = self.post(who, TransferKind::Decommit, own(AccountKind::Award, award), to, minor)?;
        let mut changes = vec![Change::Decommitted(award, minor)];
        if minor == left && self.held(award, AccountKind::Ordered) == 0 {
            let was_paid = found.instalments.iter().any(|instalment| self.spent(*instalment).0 > 0);
            let end = if was_paid {
                AwardStatus::Completed
            } else {
                AwardStatus::Terminated
            };
            changes.push(Change::Award(award, end));
        }
        changes.extend(self.shorten(found, minor));
        Ok(Plan {
            changes,
            postings: vec![posting],
            day: None,
        })
    }

    /// The last instalments lose what was neither paid nor ordered of them. One that keeps nothing is cancelled, with
    /// its amount to remember it by; one of which all that is kept was paid is paid.
    fn shorten(&self, award: &Award, minor: i64) -> Vec<Change> {
        let mut left = minor;
        let mut changes = Vec::new();
        for instalment in award.instalments.iter().rev().copied() {
            let status = self.instalments.status(instalment);
            let open = [InstalmentStatus::Scheduled, InstalmentStatus::Requested].contains(&status);
            let whole = self.instalments.item(instalment).minor;
            let (paid, ordered) = self.spent(instalment);
            let taken = left.min(whole - paid - ordered);
            if !open || taken == 0 {
                continue;
            }
            left -= taken;
            changes.push(match whole - taken {
                0 => Change::Instalment(instalment, InstalmentStatus::Cancelled, whole),
                kept if kept == paid => Change::Instalment(instalment, InstalmentStatus::Paid, kept),
                kept => Change::Instalment(instalment, status, kept),
            });
        }
        assert_eq!(left, 0, "a schedule holds what its award has left");
        changes
    }

    /// The award is signed and has not ended.
    pub(super) fn check_under_way(&self, award: usize, reasons: &mut Reasons) {
        let status = self.awards.status(award);
        let under_way = [AwardStatus::Committed, AwardStatus::InProgress].contains(&status);
        reasons.require(under_way, STATE);
    }

    /// An instalment of an award that somebody knows of.
    pub(super) fn known_instalment(&self, who: usize, instalment: usize) -> Result<&Instalment, Refused> {
        let found = self.instalments.get(instalment).ok_or(NOT_FOUND)?;
        self.check_known(who, self.awards.item(found.award).decision)?;
        Ok(found)
    }
}

/// An account of an award.
pub(super) fn own(kind: AccountKind, award: usize) -> Account {
    Account::commitment(kind, Node::Award(award))
}

/// What a call has left to promise.
pub(super) fn call(call: usize) -> Account {
    Account::commitment(AccountKind::Call, Node::Call(call))
}
