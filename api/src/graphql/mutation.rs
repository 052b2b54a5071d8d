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

use async_graphql::Context;
use domain::{Command, Outcome};

use super::context::RequestContext;
use super::error::{Error, Nullable, Result};
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
    ) => {
        $(#[$doc])*
        #[derive(Default, async_graphql::SimpleObject)]
        pub struct $name {
            $($(#[$field_doc])* $field: Option<$type>,)*
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
