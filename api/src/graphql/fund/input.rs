//! What the mutations of funds take.

use async_graphql::{ID, InputObject};
use domain::fund::commands::{
    AllocateBudget, CreateFund, CreateProgramme, Holder, OpenEnvelope, Order, ReduceEnvelope,
};
use entity::value::{CallId, NodeKind, ProgrammeId};

use crate::graphql::error::{Error, Result};
use crate::graphql::id;
use crate::graphql::scalar::{Currency, Date, MoneyInput};

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

/// What `openEnvelope` takes: money voted for a fund.
#[derive(InputObject)]
pub struct OpenEnvelopeInput {
    /// The fund.
    pub(super) fund_id: ID,
    /// How much.
    pub(super) amount: MoneyInput,
    /// Why, of at most 500 characters.
    pub(super) reason: String,
    /// Reference of the document that votes it, of at most 200 characters.
    pub(super) document: String,
    /// The day it counts for, if not today: never in the future, nor before the fund starts.
    pub(super) effective_on: Option<Date>,
    /// A text of 1 to 200 characters, new for every operation: a repeat with the same key changes nothing.
    pub(super) idempotency_key: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl OpenEnvelopeInput {
    pub(super) fn command(self) -> Result<OpenEnvelope> {
        Ok(OpenEnvelope {
            fund_id: id::parse(&self.fund_id)?,
            order: Order {
                amount: self.amount.into(),
                reason: self.reason,
                document: self.document,
                idempotency_key: self.idempotency_key,
                effective_on: self.effective_on.map(|date| date.0),
            },
        })
    }
}

/// What `reduceEnvelope` takes: a cut of a fund.
#[derive(InputObject)]
pub struct ReduceEnvelopeInput {
    /// The fund.
    pub(super) fund_id: ID,
    /// By how much. Only what is not allocated to programmes can be cut.
    pub(super) amount: MoneyInput,
    /// Why, of at most 500 characters.
    pub(super) reason: String,
    /// Reference of the document that decides it, of at most 200 characters.
    pub(super) document: String,
    /// The day it counts for, if not today: never in the future, nor before the fund starts.
    pub(super) effective_on: Option<Date>,
    /// A text of 1 to 200 characters, new for every operation: a repeat with the same key changes nothing.
    pub(super) idempotency_key: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl ReduceEnvelopeInput {
    pub(super) fn command(self) -> Result<ReduceEnvelope> {
        Ok(ReduceEnvelope {
            fund_id: id::parse(&self.fund_id)?,
            order: Order {
                amount: self.amount.into(),
                reason: self.reason,
                document: self.document,
                idempotency_key: self.idempotency_key,
                effective_on: self.effective_on.map(|date| date.0),
            },
        })
    }
}

/// What `allocateBudget` takes: budget to hand down.
#[derive(InputObject)]
pub struct AllocateBudgetInput {
    /// Who receives it: a programme, out of its fund's envelope, or a call, out of its programme's budget.
    pub(super) to: ID,
    /// How much.
    pub(super) amount: MoneyInput,
    /// Why, of at most 500 characters.
    pub(super) reason: String,
    /// Reference of the document that decides it, of at most 200 characters.
    pub(super) document: String,
    /// The day it counts for, if not today: never in the future, nor before the fund starts.
    pub(super) effective_on: Option<Date>,
    /// A text of 1 to 200 characters, new for every operation: a repeat with the same key changes nothing.
    pub(super) idempotency_key: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl AllocateBudgetInput {
    pub(super) fn command(self) -> Result<AllocateBudget> {
        let to = match id::decode(&self.to) {
            Some((NodeKind::Programme, uuid)) => Holder::Programme(ProgrammeId(uuid)),
            Some((NodeKind::Call, uuid)) => Holder::Call(CallId(uuid)),
            _ => return Err(Error::NotFound),
        };
        Ok(AllocateBudget {
            to,
            order: Order {
                amount: self.amount.into(),
                reason: self.reason,
                document: self.document,
                idempotency_key: self.idempotency_key,
                effective_on: self.effective_on.map(|date| date.0),
            },
        })
    }
}
