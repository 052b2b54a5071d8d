//! What the mutations of funds take.

mod budget;
mod credits;

use async_graphql::{ID, InputObject};
use domain::fund::commands::{CloseFund, CreateFund, CreateProgramme, SetFundPolicy};

pub use budget::*;
pub use credits::*;

use super::kind::Decommitment;
use crate::graphql::error::Result;
use crate::graphql::id;
use crate::graphql::mutation::money_input;
use crate::graphql::scalar::{Currency, Date};

/// What `createFund` takes: the fund to prepare.
#[derive(InputObject)]
pub struct CreateFundInput {
    /// Short unique name of 2 to 40 capital letters, digits and hyphens, as `FTAP`.
    pub(super) code: String,
    /// Full name, of at most 200 characters.
    pub(super) name: String,
    /// The one currency of its envelope. It never changes.
    pub(super) currency: Currency,
    /// The text that creates it: a law, a decree, a decision of the board.
    pub(super) legal_basis: String,
    /// First day.
    pub(super) starts_on: Date,
    /// Last day.
    pub(super) ends_on: Date,
    /// IANA time zone in which its days and its fiscal years begin, as `Europe/Paris`.
    #[graphql(default_with = "\"UTC\".to_owned()")]
    pub(super) time_zone: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl CreateFundInput {
    pub(super) fn command(self) -> CreateFund {
        CreateFund {
            code: self.code,
            name: self.name,
            currency: self.currency.0,
            legal_basis: self.legal_basis,
            starts_on: self.starts_on.0,
            ends_on: self.ends_on.0,
            time_zone: self.time_zone,
            illustrative: None,
        }
    }
}

/// What `createProgramme` takes: the programme to add to a fund.
#[derive(InputObject)]
pub struct CreateProgrammeInput {
    /// Its fund.
    pub(super) fund_id: ID,
    /// Short name of 2 to 40 capital letters, digits and hyphens, unique in the fund.
    pub(super) code: String,
    /// Full name, of at most 200 characters.
    pub(super) name: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl CreateProgrammeInput {
    pub(super) fn command(self) -> Result<CreateProgramme> {
        Ok(CreateProgramme {
            fund_id: id::parse(&self.fund_id)?,
            code: self.code,
            name: self.name,
            illustrative: None,
        })
    }
}

money_input! {
    /// What `setFundPolicy` takes: how the money of a fund is governed from now on.
    pub struct SetFundPolicyInput {
        /// The fund.
        fund_id: ID,
        /// Whether a payment can be ordered only within the payment credits that its programme has for the fiscal year.
        enforces_payment_credits: bool,
        /// Where money goes that was committed and will not be spent.
        decommitment: Decommitment,
        /// Whether money that was recovered may be given back to the call it came from.
        reinstates_recoveries: bool,
    }
}

impl SetFundPolicyInput {
    pub(super) fn command(self) -> Result<SetFundPolicy> {
        Ok(SetFundPolicy {
            fund_id: id::parse(&self.fund_id)?,
            enforces_payment_credits: self.enforces_payment_credits,
            decommitment: self.decommitment.into(),
            reinstates_recoveries: self.reinstates_recoveries,
            idempotency_key: self.idempotency_key,
        })
    }
}

money_input! {
    /// What `closeFund` takes.
    pub struct CloseFundInput {
        /// The fund, active.
        fund_id: ID,
    }
}

impl CloseFundInput {
    pub(super) fn command(self) -> Result<CloseFund> {
        Ok(CloseFund {
            fund_id: id::parse(&self.fund_id)?,
            idempotency_key: self.idempotency_key,
        })
    }
}
