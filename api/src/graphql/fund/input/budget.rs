//! What the mutations of the envelope and of budgets take.

use async_graphql::ID;
use domain::fund::commands::{
    AllocateBudget, DeallocateBudget, Holder, OpenEnvelope, RedeployBudget, ReduceEnvelope, ReverseTransfer,
};
use entity::value::{CallId, NodeKind, ProgrammeId};

use crate::graphql::error::{Error, Result};
use crate::graphql::id;
use crate::graphql::mutation::money_input;
use crate::graphql::scalar::MoneyInput;

/// Declares the input of a budget operation: its own fields, the `amount` last, and those that all of them have.
macro_rules! budget_input {
    (
        $(#[$doc:meta])*
        pub struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
    ) => {
        $crate::graphql::mutation::money_input! {
            $(#[$doc])*
            pub struct $name {
                $($(#[$field_doc])* $field: $type,)*
                /// Why, of at most 500 characters.
                reason: String,
                /// Reference of the document that decides it, of at most 200 characters.
                document: String,
                /// The day it counts for, if not today: never in the future, nor before the fund starts.
                effective_on: Option<$crate::graphql::scalar::Date>,
            }
        }

        impl $name {
            fn order(self) -> domain::fund::commands::Order {
                domain::fund::commands::Order {
                    amount: self.amount.into(),
                    reason: self.reason,
                    document: self.document,
                    idempotency_key: self.idempotency_key,
                    effective_on: self.effective_on.map(|date| date.0),
                }
            }
        }
    };
}
pub(super) use budget_input;

budget_input! {
    /// What `openEnvelope` takes: money voted for a fund.
    pub struct OpenEnvelopeInput {
        /// The fund.
        fund_id: ID,
        /// How much.
        amount: MoneyInput,
    }
}

impl OpenEnvelopeInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<OpenEnvelope> {
        Ok(OpenEnvelope {
            fund_id: id::parse(&self.fund_id)?,
            order: self.order(),
        })
    }
}

budget_input! {
    /// What `reduceEnvelope` takes: a cut of a fund.
    pub struct ReduceEnvelopeInput {
        /// The fund.
        fund_id: ID,
        /// By how much. Only what is not allocated to programmes can be cut.
        amount: MoneyInput,
    }
}

impl ReduceEnvelopeInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<ReduceEnvelope> {
        Ok(ReduceEnvelope {
            fund_id: id::parse(&self.fund_id)?,
            order: self.order(),
        })
    }
}

budget_input! {
    /// What `allocateBudget` takes: budget to hand down.
    pub struct AllocateBudgetInput {
        /// Who receives it: a programme, out of its fund's envelope, or a call, out of its programme's budget.
        to: ID,
        /// How much.
        amount: MoneyInput,
    }
}

impl AllocateBudgetInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<AllocateBudget> {
        Ok(AllocateBudget {
            to: holder(&self.to)?,
            order: self.order(),
        })
    }
}

budget_input! {
    /// What `deallocateBudget` takes: budget to take back.
    pub struct DeallocateBudgetInput {
        /// Who gives it back: a programme, to its fund's envelope, or a call, to its programme.
        from: ID,
        /// How much. Only what is promised to nobody, and not handed further down, can be taken back.
        amount: MoneyInput,
    }
}

impl DeallocateBudgetInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<DeallocateBudget> {
        Ok(DeallocateBudget {
            from: holder(&self.from)?,
            order: self.order(),
        })
    }
}

budget_input! {
    /// What `redeployBudget` takes: budget to move sideways.
    pub struct RedeployBudgetInput {
        /// Who gives it: a programme or a call.
        from: ID,
        /// Who receives it: another programme, or another call, of the same fund.
        to: ID,
        /// How much. Only what is promised to nobody, and not handed further down, can be moved.
        amount: MoneyInput,
    }
}

impl RedeployBudgetInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<RedeployBudget> {
        Ok(RedeployBudget {
            from: holder(&self.from)?,
            to: holder(&self.to)?,
            order: self.order(),
        })
    }
}

money_input! {
    /// What `reverseTransfer` takes: the budget operation to correct.
    pub struct ReverseTransferInput {
        /// The transfer: it opened, cut, allocated, took back or redeployed budget or payment credits, and was not
        /// reversed yet.
        transfer_id: ID,
        /// Why, of at most 500 characters.
        reason: String,
        /// Reference of the document that decides it, of at most 200 characters.
        document: String,
    }
}

impl ReverseTransferInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<ReverseTransfer> {
        Ok(ReverseTransfer {
            transfer_id: id::parse(&self.transfer_id)?,
            reason: self.reason,
            document: self.document,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// The programme or the call with a global identifier.
fn holder(id: &ID) -> Result<Holder> {
    match id::decode(id) {
        Some((NodeKind::Programme, uuid)) => Ok(Holder::Programme(ProgrammeId(uuid))),
        Some((NodeKind::Call, uuid)) => Ok(Holder::Call(CallId(uuid))),
        _ => Err(Error::NotFound),
    }
}
