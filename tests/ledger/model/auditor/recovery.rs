//! Recoveries: money paid wrongly, claimed back, then received or given up.

use entity::value::{AccountKind, AwardStatus, RecoveryStatus, Role, TransferKind};

use super::award::{call, own};
use super::verdict::{NOT_FOUND, Reasons, Refused, STATE, Verdict};
use super::{Auditor, Change, Plan, Recovery};
use crate::ledger::model::operation::{Paper, Sum, Text};

impl Auditor {
    /// Never more than was paid and is not claimed yet.
    pub(super) fn issue(&self, who: usize, award: usize, sum: Sum, paper: Paper) -> Verdict {
        self.award_to_handle(who, award, &[Role::FinanceOfficer])?;
        let mut reasons = Reasons::default();
        let paid = [AwardStatus::InProgress, AwardStatus::Completed, AwardStatus::Terminated];
        reasons.require(paid.contains(&self.awards.status(award)), STATE);
        let minor = reasons.sum(sum, self.funds[self.fund_of_award(award)].currency);
        reasons.paper(paper);
        reasons.finish()?;
        let (from, to) = (own(AccountKind::Paid, award), own(AccountKind::Recoverable, award));
        let posting = self.post(who, TransferKind::RecoveryIssued, from, to, minor)?;
        let recovery = Recovery {
            award,
            minor,
            reinstated: false,
        };
        Ok(Plan {
            changes: vec![Change::NewRecovery(recovery)],
            postings: vec![posting],
            day: None,
        })
    }

    pub(super) fn end_recovery(&self, who: usize, recovery: usize, text: Text, received: bool) -> Verdict {
        let found = self.recovery_to_handle(who, recovery)?;
        let mut reasons = Reasons::default();
        reasons.require(self.recoveries.status(recovery) == RecoveryStatus::Issued, STATE);
        reasons.text(text);
        reasons.finish()?;
        let (kind, to, status) = if received {
            let status = RecoveryStatus::Received;
            (TransferKind::RecoveryReceived, AccountKind::Recovered, status)
        } else {
            let status = RecoveryStatus::Cancelled;
            (TransferKind::RecoveryCancelled, AccountKind::Paid, status)
        };
        let (from, to) = (own(AccountKind::Recoverable, found.award), own(to, found.award));
        Ok(Plan {
            changes: vec![Change::Recovery(recovery, status)],
            postings: vec![self.post(who, kind, from, to, found.minor)?],
            day: None,
        })
    }

    /// What came back is given to the call once, while the fund is open and where its policy allows.
    pub(super) fn reinstate(&self, who: usize, recovery: usize, paper: Paper) -> Verdict {
        let found = self.recovery_to_handle(who, recovery)?;
        let fund = self.fund_of_award(found.award);
        let mut reasons = self.spending(fund);
        reasons.require(self.recoveries.status(recovery) == RecoveryStatus::Received, STATE);
        reasons.require(!found.reinstated, STATE);
        reasons.require(self.funds[fund].policy.reinstates, STATE);
        reasons.paper(paper);
        reasons.finish()?;
        let from = own(AccountKind::Recovered, found.award);
        let to = call(self.awards.item(found.award).call);
        Ok(Plan {
            changes: vec![Change::Reinstated(recovery)],
            postings: vec![self.post(who, TransferKind::Reinstate, from, to, found.minor)?],
            day: None,
        })
    }

    fn recovery_to_handle(&self, who: usize, recovery: usize) -> Result<&Recovery, Refused> {
        let found = self.recoveries.get(recovery).ok_or(NOT_FOUND)?;
        self.award_to_handle(who, found.award, &[Role::FinanceOfficer])?;
        Ok(found)
    }
}
