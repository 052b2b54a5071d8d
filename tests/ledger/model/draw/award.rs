//! Operations on decisions, awards, payments and recoveries.

use entity::value::{AccountKind, AwardStatus, DecisionStatus, InstalmentStatus, PaymentRequestStatus, RecoveryStatus};
use time::Duration;

use super::Draw;
use crate::ledger::model::auditor::Auditor;
use crate::ledger::model::operation::{Agreement, Currency, Sum, What};
use crate::ledger::model::stage::CURRENCIES;

impl Draw {
    pub(super) fn adopt(&mut self, auditor: &Auditor) -> Option<What> {
        let waiting = standing(auditor, DecisionStatus::Proposed);
        let decision = self.likely(&waiting, auditor.decisions.len())?;
        let revision = if self.happens(1, 60) { 2 } else { 1 };
        Some(What::Adopt { decision, revision })
    }

    pub(super) fn notify(&mut self, auditor: &Auditor) -> Option<What> {
        let adopted = standing(auditor, DecisionStatus::Adopted);
        self.likely(&adopted, auditor.decisions.len()).map(What::Notify)
    }

    pub(super) fn withdraw(&mut self, auditor: &Auditor) -> Option<What> {
        let status = [
            DecisionStatus::Proposed,
            DecisionStatus::Adopted,
            DecisionStatus::Notified,
        ][self.below(3)];
        self.likely(auditor.decisions.at(status), auditor.decisions.len())
            .map(What::Withdraw)
    }

    pub(super) fn release(&mut self, auditor: &Auditor) -> Option<What> {
        let award = self.award(auditor, &[AwardStatus::Reserved])?;
        Some(What::Release(award, self.paper()))
    }

    pub(super) fn sign(&mut self, auditor: &Auditor) -> Option<What> {
        let award = self.award(auditor, &[AwardStatus::Reserved])?;
        let (minor, currency) = match auditor.awards.get(award) {
            Some(found) => (found.minor, currency(auditor, award)),
            None => (100, CURRENCIES[0]),
        };
        let yesterday = auditor.now.date() - Duration::days(1);
        let mut signed = || {
            let late = self.happens(1, 100);
            yesterday + if late { Duration::days(3) } else { Duration::ZERO }
        };
        let signed = (signed(), signed());
        // A number that was not given yet, or one of the last that were.
        self.keys += 1;
        let number = if self.happens(1, 50) { self.keys / 2 } else { self.keys };
        Some(What::Sign(
            award,
            Agreement {
                number,
                signed,
                schedule: self.schedule(minor, currency),
                unsorted: self.happens(1, 60),
            },
        ))
    }

    /// Instalments that add up to an award, nearly always.
    fn schedule(&mut self, minor: i64, currency: Currency) -> Vec<Sum> {
        let whole = match self.dice.u32(0..60) {
            0 => minor + 1,
            1 => minor - 1,
            _ => minor,
        };
        let (mut left, mut parts) = (whole, Vec::new());
        for _ in 0..self.below(4) {
            let part = self.part(left - 1);
            if part < left {
                left -= part;
                parts.push(Sum::Minor(part.into(), currency));
            }
        }
        parts.push(Sum::Minor(left.into(), currency));
        match self.dice.u32(0..200) {
            0 => parts.clear(),
            1 => parts.resize(61, Sum::Minor(1, currency)),
            2 => parts.push(Sum::Minor(0, currency)),
            3 => parts.push(self.sum(left, currency)),
            4 => parts[0] = Sum::Minor(whole.into(), CURRENCIES[self.below(CURRENCIES.len())]),
            _ => {}
        }
        parts
    }

    pub(super) fn decommit(&mut self, auditor: &Auditor) -> Option<What> {
        let award = self.award(auditor, &[AwardStatus::Committed, AwardStatus::InProgress])?;
        let sum = self.sum_held(auditor, award, AccountKind::Award);
        Some(What::Decommit(award, sum, self.paper()))
    }

    pub(super) fn request(&mut self, auditor: &Auditor) -> Option<What> {
        let scheduled = auditor.instalments.at(InstalmentStatus::Scheduled);
        let instalment = self.likely(scheduled, auditor.instalments.len())?;
        let (left, currency) = match auditor.instalments.get(instalment) {
            Some(found) => {
                let left = found.minor - auditor.spent(instalment).0;
                (left, currency(auditor, found.award))
            }
            None => (100, CURRENCIES[0]),
        };
        let sum = self.sum(left, currency);
        Some(What::Request(instalment, sum, self.text()))
    }

    pub(super) fn certify(&mut self, auditor: &Auditor) -> Option<What> {
        self.payment(auditor, PaymentRequestStatus::Submitted)
            .map(What::Certify)
    }

    pub(super) fn approve(&mut self, auditor: &Auditor) -> Option<What> {
        self.payment(auditor, PaymentRequestStatus::Certified)
            .map(What::Approve)
    }

    pub(super) fn reject(&mut self, auditor: &Auditor) -> Option<What> {
        use PaymentRequestStatus::{Approved, Certified, Submitted};
        let status = [Submitted, Certified, Approved][self.below(3)];
        let request = self.payment(auditor, status)?;
        Some(What::Reject(request, self.text()))
    }

    pub(super) fn order_payment(&mut self, auditor: &Auditor) -> Option<What> {
        self.payment(auditor, PaymentRequestStatus::Approved)
            .map(What::OrderPayment)
    }

    pub(super) fn confirm(&mut self, auditor: &Auditor) -> Option<What> {
        let request = self.payment(auditor, PaymentRequestStatus::Ordered)?;
        Some(What::Confirm(request, self.text()))
    }

    pub(super) fn return_payment(&mut self, auditor: &Auditor) -> Option<What> {
        let request = self.payment(auditor, PaymentRequestStatus::Ordered)?;
        Some(What::Return(request, self.text()))
    }

    pub(super) fn issue(&mut self, auditor: &Auditor) -> Option<What> {
        let award = self.award(auditor, &[AwardStatus::InProgress, AwardStatus::Completed])?;
        let sum = self.sum_held(auditor, award, AccountKind::Paid);
        Some(What::IssueRecovery(award, sum, self.paper()))
    }

    pub(super) fn receive(&mut self, auditor: &Auditor) -> Option<What> {
        let recovery = self.recovery(auditor, RecoveryStatus::Issued)?;
        Some(What::ReceiveRecovery(recovery, self.text()))
    }

    pub(super) fn cancel(&mut self, auditor: &Auditor) -> Option<What> {
        let recovery = self.recovery(auditor, RecoveryStatus::Issued)?;
        Some(What::CancelRecovery(recovery, self.text()))
    }

    pub(super) fn reinstate(&mut self, auditor: &Auditor) -> Option<What> {
        let recovery = self.recovery(auditor, RecoveryStatus::Received)?;
        Some(What::ReinstateRecovery(recovery, self.paper()))
    }

    /// An award in one of some states, most of the time.
    fn award(&mut self, auditor: &Auditor, right: &[AwardStatus]) -> Option<usize> {
        let status = right[self.below(right.len())];
        self.likely(auditor.awards.at(status), auditor.awards.len())
    }

    fn payment(&mut self, auditor: &Auditor, right: PaymentRequestStatus) -> Option<usize> {
        self.likely(auditor.requests.at(right), auditor.requests.len())
    }

    fn recovery(&mut self, auditor: &Auditor, right: RecoveryStatus) -> Option<usize> {
        self.likely(auditor.recoveries.at(right), auditor.recoveries.len())
    }

    /// An amount of what an account of an award holds.
    fn sum_held(&mut self, auditor: &Auditor, award: usize, kind: AccountKind) -> Sum {
        if auditor.awards.get(award).is_none() {
            return self.sum(100, CURRENCIES[0]);
        }
        self.sum(auditor.held(award, kind), currency(auditor, award))
    }
}

/// Decisions in a state whose application was not taken back.
fn standing(auditor: &Auditor, status: DecisionStatus) -> Vec<usize> {
    let decisions = auditor.decisions.at(status).iter().copied();
    decisions
        .filter(|decision| !auditor.decisions.item(*decision).withdrawn)
        .collect()
}

fn currency(auditor: &Auditor, award: usize) -> Currency {
    auditor.funds[auditor.fund_of_award(award)].currency
}
