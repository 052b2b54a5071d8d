//! The award part of `Query`, and the lists that other nouns show.

use async_graphql::{Context, ID, Object};
use domain::Page;
use domain::award::queries::{self, Filter};

use super::kind::AwardStatus;
use super::object::Award;
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Nullable, Result};
use crate::graphql::id;
use crate::graphql::page::{self, Connection};

/// Queries of awards.
#[derive(Default)]
pub struct AwardQuery;

#[Object]
impl AwardQuery {
    /// The awards that the viewer may see, oldest first: staff where their role reaches, organisations those of their
    /// applications, once notified.
    #[expect(
        clippy::too_many_arguments,
        reason = "the contract gives lists their filters and paging as arguments"
    )]
    async fn awards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this fund.")] fund: Option<ID>,
        #[graphql(desc = "Only those of this call.")] call: Option<ID>,
        #[graphql(desc = "Only those that stand here.")] status: Option<AwardStatus>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<Award>> {
        let load = async {
            let filter = Filter {
                fund: fund.map(|id| id::parse(&id)).transpose()?,
                call: call.map(|id| id::parse(&id)).transpose()?,
                status: status.map(Into::into),
            };
            awards(ctx, filter, page::arguments(first, after, last, before)?).await
        };
        Some(load.await)
    }
}

/// A page of awards, for the field of `ctx`.
pub(crate) async fn awards(ctx: &Context<'_>, filter: Filter, page: Page) -> Result<Connection<Award>> {
    let (database, actor) = (ctx.database(), ctx.actor());
    let slice = queries::awards(database, actor, filter, page).await?;
    page::connection(ctx, slice, queries::count_awards(database, actor, filter)).await
}
