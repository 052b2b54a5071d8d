//! What the mutations of awards take.

mod recovery;

use async_graphql::{ID, InputObject};
use domain::award::commands::{
    ConfirmPayment, OrderPayment, RejectPayment, RequestPayment, ReturnPayment, SignAgreement,
};
use domain::award::rules::NewInstalment;

pub use recovery::*;

use super::kind::InstalmentKind;
use crate::graphql::error::Result;
use crate::graphql::id;
use crate::graphql::mutation::money_input;
use crate::graphql::scalar::{Date, MoneyInput};

money_input! {
    /// What `signAgreement` takes: the agreement of an award, as signed, and when it will be paid.
    pub struct SignAgreementInput {
        /// The award. Its beneficiary was told of the decision.
        award_id: ID,
        /// The agreement's number, of at most 60 characters, which no other agreement has.
        number: String,
        /// When the beneficiary signed; not in the future.
        signed_by_beneficiary_on: Date,
        /// When the funder signed; not in the future.
        signed_by_funder_on: Date,
        /// The schedule of payments: 1 to 60 instalments, by date, that add up to the amount of the award.
        instalments: Vec<InstalmentInput>,
    }
}

impl SignAgreementInput {
    pub(super) fn command(self) -> Result<SignAgreement> {
        Ok(SignAgreement {
            award_id: id::parse(&self.award_id)?,
            number: self.number,
            signed_by_beneficiary_on: self.signed_by_beneficiary_on.0,
            signed_by_funder_on: self.signed_by_funder_on.0,
            instalments: self.instalments.into_iter().map(NewInstalment::from).collect(),
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A part of an award, as the agreement schedules it.
#[derive(InputObject)]
pub struct InstalmentInput {
    /// Why it is due.
    pub(super) kind: InstalmentKind,
    /// Its amount, above zero.
    pub(super) amount: MoneyInput,
    /// What must be true before it is paid, in at most 1 000 characters; absent when nothing must.
    #[graphql(default)]
    pub(super) condition: String,
    /// When it is expected to be paid.
    pub(super) due_on: Date,
}

impl From<InstalmentInput> for NewInstalment {
    fn from(input: InstalmentInput) -> Self {
        Self {
            kind: input.kind.into(),
            amount: input.amount.into(),
            condition: input.condition,
            due_on: input.due_on.0,
        }
    }
}

/// What `requestPayment` takes: the instalment, and what is claimed of it.
#[derive(InputObject)]
pub struct RequestPaymentInput {
    /// The instalment. No claim on it is under way.
    pub(super) instalment_id: ID,
    /// The amount claimed: above zero, and at most that of the instalment.
    pub(super) amount: MoneyInput,
    /// What the amount is for, in at most 5 000 characters.
    pub(super) justification: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl RequestPaymentInput {
    pub(super) fn command(self) -> Result<RequestPayment> {
        Ok(RequestPayment {
            instalment_id: id::parse(&self.instalment_id)?,
            amount: self.amount.into(),
            justification: self.justification,
            illustrative: None,
        })
    }
}

/// What `certifyPayment` takes.
#[derive(InputObject)]
pub struct CertifyPaymentInput {
    /// The payment request, submitted.
    pub(super) payment_request_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `approvePayment` takes.
#[derive(InputObject)]
pub struct ApprovePaymentInput {
    /// The payment request, certified.
    pub(super) payment_request_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `rejectPayment` takes.
#[derive(InputObject)]
pub struct RejectPaymentInput {
    /// The payment request, not ordered yet.
    pub(super) payment_request_id: ID,
    /// Why, in at most 2 000 characters. The beneficiary reads it.
    pub(super) reason: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl RejectPaymentInput {
    pub(super) fn command(self) -> Result<RejectPayment> {
        Ok(RejectPayment {
            payment_request_id: id::parse(&self.payment_request_id)?,
            reason: self.reason,
        })
    }
}

money_input! {
    /// What `orderPayment` takes.
    pub struct OrderPaymentInput {
        /// The payment request, approved by somebody else.
        payment_request_id: ID,
    }
}

impl OrderPaymentInput {
    pub(super) fn command(self) -> Result<OrderPayment> {
        Ok(OrderPayment {
            payment_request_id: id::parse(&self.payment_request_id)?,
            idempotency_key: self.idempotency_key,
        })
    }
}

money_input! {
    /// What `confirmPayment` takes: the bank's answer to a payment that went through.
    pub struct ConfirmPaymentInput {
        /// The payment request, ordered.
        payment_request_id: ID,
        /// The bank's reference of the payment, of at most 200 characters.
        reference: String,
    }
}

impl ConfirmPaymentInput {
    pub(super) fn command(self) -> Result<ConfirmPayment> {
        Ok(ConfirmPayment {
            payment_request_id: id::parse(&self.payment_request_id)?,
            reference: self.reference,
            idempotency_key: self.idempotency_key,
        })
    }
}

money_input! {
    /// What `returnPayment` takes: the bank's answer to a payment that did not go through.
    pub struct ReturnPaymentInput {
        /// The payment request, ordered.
        payment_request_id: ID,
        /// Why, in the bank's words, in at most 200 characters. The beneficiary reads it.
        reason: String,
    }
}

impl ReturnPaymentInput {
    pub(super) fn command(self) -> Result<ReturnPayment> {
        Ok(ReturnPayment {
            payment_request_id: id::parse(&self.payment_request_id)?,
            reason: self.reason,
            idempotency_key: self.idempotency_key,
        })
    }
}
