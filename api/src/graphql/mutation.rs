//! The shape that all mutations share: one input, one command, one payload.
//!
//! ```text
//! payload! {
//!     /// What `closeFund` did.
//!     pub struct CloseFundPayload {
//!         /// The fund, closed.
//!         fund: Fund,
//!     }
//! }
//!
//! /// Closes a fund.
//! async fn close_fund(&self, ctx: &Context<'_>, input: CloseFundInput) -> Nullable<CloseFundPayload> {
//!     let command = id::parse(&input.fund_id).map(|fund_id| CloseFund { fund_id });
//!     mutation::run(ctx, input.client_mutation_id, command, |done| async move {
//!         let fund = queries::fund(ctx.database(), ctx.actor(), done.value).await?;
//!         Ok(CloseFundPayload { fund: Some(fund.into()), ..Default::default() })
//!     })
//!     .await
//! }
//! ```
//!
//! One that moves money takes an idempotency key, can be previewed, and answers what moved: its input is declared with
//! [`money_input!`], its payload with [`money_payload!`], and [`run_money`] runs its command.

use async_graphql::Context;
use domain::{Command, Outcome};

use super::context::RequestContext;
use super::error::{Error, Nullable, Result};
use super::ledger::Posting;
use super::user_error::UserError;

/// What a mutation answers. Made by [`payload!`].
pub(crate) trait Payload: Default {
    /// Puts in what all payloads have.
    fn with(self, user_errors: Vec<UserError>, client_mutation_id: Option<String>) -> Self;
}

/// Declares the payload of a mutation: its own fields, all null when it was refused, and those that all payloads have.
macro_rules! payload {
    (
        $(#[$doc:meta])*
        pub struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
        $(always { $($(#[$always_doc:meta])* $always:ident: $always_type:ty,)* })?
    ) => {
        $(#[$doc])*
        #[derive(Default, async_graphql::SimpleObject)]
        pub struct $name {
            $($(#[$field_doc])* $field: Option<$type>,)*
            $($($(#[$always_doc])* $always: $always_type,)*)?
            /// Why nothing was done, every reason at once; empty when it was done.
            user_errors: Vec<$crate::graphql::user_error::UserError>,
            /// The `clientMutationId` of the input.
            client_mutation_id: Option<String>,
        }

        impl $crate::graphql::mutation::Payload for $name {
            fn with(
                mut self,
                user_errors: Vec<$crate::graphql::user_error::UserError>,
                client_mutation_id: Option<String>,
            ) -> Self {
                self.user_errors = user_errors;
                self.client_mutation_id = client_mutation_id;
                self
            }
        }
    };
}
pub(crate) use payload;

/// What a mutation that moves money answers. Made by [`money_payload!`].
pub(crate) trait MoneyPayload: Payload {
    /// Puts in what all of them have.
    fn with_money(self, money: Told) -> Self;
}

/// What the caller of a mutation that moves money is told, whichever it was.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// None when it was refused.
    pub(crate) postings: Option<Vec<Posting>>,
    pub(crate) replayed: bool,
    pub(crate) preview: bool,
}

/// Declares the payload of a mutation that moves money: as [`payload!`] does, with what moved.
macro_rules! money_payload {
    (
        $(#[$doc:meta])*
        pub struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
    ) => {
        $crate::graphql::mutation::payload! {
            $(#[$doc])*
            pub struct $name {
                $($(#[$field_doc])* $field: $type,)*
                /// What moved in the ledger and what is left on either side, transfer by transfer; in a preview, what
                /// would. Null when refused. A repeat answers what moved then, and what was left then.
                postings: Vec<$crate::graphql::ledger::Posting>,
            }
            always {
                /// Whether this is the answer to an earlier request with the same key, be it a refusal.
                replayed: bool,
                /// Whether only a preview was asked for: nothing was done, the objects of this payload are as they
                /// were, and `postings` says what would move.
                preview: bool,
            }
        }

        impl $crate::graphql::mutation::MoneyPayload for $name {
            fn with_money(mut self, told: $crate::graphql::mutation::Told) -> Self {
                self.postings = told.postings;
                self.replayed = told.replayed;
                self.preview = told.preview;
                self
            }
        }
    };
}
pub(crate) use money_payload;

/// Declares the input of a mutation that moves money: its own fields, and those that all of them have.
macro_rules! money_input {
    (
        $(#[$doc:meta])*
        pub struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
    ) => {
        $(#[$doc])*
        #[derive(async_graphql::InputObject)]
        pub struct $name {
            $($(#[$field_doc])* pub(super) $field: $type,)*
            /// A text of 1 to 200 characters, new for every operation. A repeat by the same person with the same key
            /// and input changes nothing and answers what the first one did, a refusal too: who has mended the reason
            /// of a refusal takes a new key.
            pub(super) idempotency_key: String,
            /// Only say what it would do and what would be left; changes nothing, and leaves the key unused.
            #[graphql(default)]
            pub(super) preview: bool,
            /// Anything; comes back in the payload.
            pub(super) client_mutation_id: Option<String>,
        }

        impl $name {
            /// How it is to be run.
            pub(in $crate::graphql) fn manner(&self) -> $crate::graphql::mutation::Manner {
                $crate::graphql::mutation::Manner {
                    client_mutation_id: self.client_mutation_id.clone(),
                    preview: self.preview,
                }
            }
        }
    };
}
pub(crate) use money_input;

/// How a mutation that moves money is to be run, as its input says.
pub(crate) struct Manner {
    /// Comes back in the payload.
    pub(crate) client_mutation_id: Option<String>,
    /// Whether to say what it would do, and to do nothing.
    pub(crate) preview: bool,
}

/// Runs a command that moves money, or previews it, and answers with its payload: what moved, or why not.
///
/// After a preview `done` finds every object as it was, and none that the command would have made.
pub(crate) async fn run_money<C, P, F>(
    ctx: &Context<'_>,
    manner: Manner,
    command: Result<C>,
    done: impl FnOnce(Outcome<C::Output>) -> F,
) -> Nullable<P>
where
    C: Command,
    P: MoneyPayload,
    F: Future<Output = Result<P>>,
{
    let mut told = Told {
        preview: manner.preview,
        ..Told::default()
    };
    let attempt = async {
        let (database, actor, command) = (ctx.database(), ctx.actor(), command?);
        let ran = if manner.preview {
            database.preview(actor, &command).await
        } else {
            database.execute(actor, &command).await
        };
        told.replayed = match &ran {
            Ok(outcome) => outcome.replayed,
            Err(error) => error.is_replayed(),
        };
        let outcome = ran?;
        let postings = outcome.postings.iter();
        let postings = postings.map(|posting| Posting::new(posting, manner.preview));
        told.postings = Some(postings.collect::<Result<_>>()?);
        done(outcome).await
    };
    let settled = settle(ctx, manner.client_mutation_id, attempt).await?;
    Some(settled.map(|payload: P| payload.with_money(told)))
}

/// Runs a command for the viewer and answers with its payload: what was done, or why not.
pub(crate) async fn run<C, P, F>(
    ctx: &Context<'_>,
    client_mutation_id: Option<String>,
    command: Result<C>,
    done: impl FnOnce(Outcome<C::Output>) -> F,
) -> Nullable<P>
where
    C: Command,
    P: Payload,
    F: Future<Output = Result<P>>,
{
    let attempt = async {
        let outcome = ctx.database().execute(ctx.actor(), &command?).await?;
        done(outcome).await
    };
    settle(ctx, client_mutation_id, attempt).await
}

/// Answers with the payload of an attempt that takes more than one command.
pub(crate) async fn settle<P: Payload>(
    ctx: &Context<'_>,
    client_mutation_id: Option<String>,
    attempt: impl Future<Output = Result<P>>,
) -> Nullable<P> {
    ctx.loaders().distrust_cache();
    Some(match attempt.await {
        Ok(payload) => Ok(payload.with(Vec::new(), client_mutation_id)),
        Err(Error::Refused(refusals)) => {
            let reasons = refusals
                .into_iter()
                .map(|refusal| UserError::new(refusal, ctx.locale()));
            Ok(P::default().with(reasons.collect(), client_mutation_id))
        }
        Err(error) => Err(error),
    })
}
