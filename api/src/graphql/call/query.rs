//! The call part of `Query`.

use async_graphql::{Context, ID, Object};
use domain::Page;
use domain::call::queries::{self, Filter};

use super::kind::CallStatus;
use super::object::Call;
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Nullable, Result};
use crate::graphql::id;
use crate::graphql::page::{self, Connection};

/// Queries of calls.
#[derive(Default)]
pub struct CallQuery;

#[Object]
impl CallQuery {
    /// The call with a code. In preparation, it is seen by its staff only.
    async fn call(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its short unique name, as `FTAP-2018-2`.")] code: String,
    ) -> Nullable<Call> {
        let found = queries::call_by_code(ctx.database(), ctx.actor(), &code).await;
        Some(found.map(Call::from).map_err(Into::into))
    }

    /// The calls that the viewer may see, oldest first. Anybody sees those that are published.
    #[expect(
        clippy::too_many_arguments,
        reason = "the contract gives lists their filters and paging as arguments"
    )]
    async fn calls(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this fund.")] fund: Option<ID>,
        #[graphql(desc = "Only those that stand here now.")] status: Option<CallStatus>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<Call>> {
        let load = async {
            let fund = fund.map(|fund| id::parse(&fund)).transpose()?;
            let filter = Filter {
                fund,
                status: status.map(Into::into),
                ..Filter::default()
            };
            calls(ctx, filter, page::arguments(first, after, last, before)?).await
        };
        Some(load.await)
    }
}

/// A page of calls as a connection.
pub(crate) async fn calls(ctx: &Context<'_>, filter: Filter, page: Page) -> Result<Connection<Call>> {
    let slice = queries::calls(ctx.database(), ctx.actor(), filter, page).await?;
    page::connection(ctx, slice, queries::count_calls(ctx.database(), ctx.actor(), filter)).await
}
