//! What the mutations take that undo what was reserved, committed or paid.

use async_graphql::ID;
use domain::award::commands::{
    CancelRecovery, DecommitAward, IssueRecovery, ReceiveRecovery, ReinstateRecovery, ReleaseAward,
};

use crate::graphql::error::Result;
use crate::graphql::id;
use crate::graphql::mutation::money_input;
use crate::graphql::scalar::MoneyInput;

money_input! {
    /// What `releaseAward` takes: the award that will not be signed.
    pub struct ReleaseAwardInput {
        /// The award, reserved. Its beneficiary was told of the decision, or took the application back.
        award_id: ID,
        /// Why, of at most 500 characters.
        reason: String,
        /// Reference of the document that says so, of at most 200 characters.
        document: String,
    }
}

impl ReleaseAwardInput {
    pub(in crate::graphql::award) fn command(self) -> Result<ReleaseAward> {
        Ok(ReleaseAward {
            award_id: id::parse(&self.award_id)?,
            reason: self.reason,
            document: self.document,
            idempotency_key: self.idempotency_key,
        })
    }
}

money_input! {
    /// What `decommitAward` takes: what will not be spent of an award.
    pub struct DecommitAwardInput {
        /// The award, its agreement signed.
        award_id: ID,
        /// How much. Only what is neither ordered nor paid can be decommitted.
        amount: MoneyInput,
        /// Why, of at most 500 characters.
        reason: String,
        /// Reference of the document that decides it, of at most 200 characters.
        document: String,
    }
}

impl DecommitAwardInput {
    pub(in crate::graphql::award) fn command(self) -> Result<DecommitAward> {
        Ok(DecommitAward {
            award_id: id::parse(&self.award_id)?,
            amount: self.amount.into(),
            reason: self.reason,
            document: self.document,
            idempotency_key: self.idempotency_key,
        })
    }
}

money_input! {
    /// What `issueRecovery` takes: what was paid wrongly.
    pub struct IssueRecoveryInput {
        /// The award that it was paid from.
        award_id: ID,
        /// How much. Only what was paid, and is not claimed back yet, can be.
        amount: MoneyInput,
        /// Why, of at most 500 characters.
        reason: String,
        /// Reference of the claim, of at most 200 characters.
        document: String,
    }
}

impl IssueRecoveryInput {
    pub(in crate::graphql::award) fn command(self) -> Result<IssueRecovery> {
        Ok(IssueRecovery {
            award_id: id::parse(&self.award_id)?,
            amount: self.amount.into(),
            reason: self.reason,
            document: self.document,
            idempotency_key: self.idempotency_key,
        })
    }
}

money_input! {
    /// What `receiveRecovery` takes: the money that came back.
    pub struct ReceiveRecoveryInput {
        /// The recovery, issued.
        recovery_id: ID,
        /// The bank's reference of what it received, of at most 200 characters.
        reference: String,
    }
}

impl ReceiveRecoveryInput {
    pub(in crate::graphql::award) fn command(self) -> Result<ReceiveRecovery> {
        Ok(ReceiveRecovery {
            recovery_id: id::parse(&self.recovery_id)?,
            reference: self.reference,
            idempotency_key: self.idempotency_key,
        })
    }
}

money_input! {
    /// What `cancelRecovery` takes: the claim to give up.
    pub struct CancelRecoveryInput {
        /// The recovery, issued.
        recovery_id: ID,
        /// Why, of at most 200 characters.
        reason: String,
    }
}

impl CancelRecoveryInput {
    pub(in crate::graphql::award) fn command(self) -> Result<CancelRecovery> {
        Ok(CancelRecovery {
            recovery_id: id::parse(&self.recovery_id)?,
            reason: self.reason,
            idempotency_key: self.idempotency_key,
        })
    }
}

money_input! {
    /// What `reinstateRecovery` takes: the money to give back to the call.
    pub struct ReinstateRecoveryInput {
        /// The recovery, received.
        recovery_id: ID,
        /// Why, of at most 500 characters.
        reason: String,
        /// Reference of the document that decides it, of at most 200 characters.
        document: String,
    }
}

impl ReinstateRecoveryInput {
    pub(in crate::graphql::award) fn command(self) -> Result<ReinstateRecovery> {
        Ok(ReinstateRecovery {
            recovery_id: id::parse(&self.recovery_id)?,
            reason: self.reason,
            document: self.document,
            idempotency_key: self.idempotency_key,
        })
    }
}
