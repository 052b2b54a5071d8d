//! The fund part of `Query`.

use async_graphql::{Context, Object};
use domain::fund::queries;

use super::object::Fund;
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Nullable, Result};
use crate::graphql::page::{self, Connection};

/// Queries of funds.
#[derive(Default)]
pub struct FundQuery;

#[Object]
impl FundQuery {
    /// The fund with a code. In preparation, it is seen by its staff only.
    async fn fund(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its short unique name, as `FTAP`.")] code: String,
    ) -> Nullable<Fund> {
        let found = queries::fund_by_code(ctx.database(), ctx.actor(), &code).await;
        Some(found.map(Fund::from).map_err(Into::into))
    }

    /// The funds that the viewer may see, oldest first. Anybody sees the active and the closed ones.
    async fn funds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Fund>> {
        let page = page::arguments(first, after, last, before)?;
        let slice = queries::funds(ctx.database(), ctx.actor(), page).await?;
        page::connection(ctx, slice, queries::count_funds(ctx.database(), ctx.actor())).await
    }
}
