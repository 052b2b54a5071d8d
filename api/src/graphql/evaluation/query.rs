//! The evaluation part of `Query`, and the lists that other nouns show.

use async_graphql::{Context, Object};
use domain::Page;
use domain::evaluation::queries;
use entity::value::CallId;

use super::object::{Assessment, Decision};
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Nullable, Result};
use crate::graphql::page::{self, Connection};

/// Queries of evaluation.
#[derive(Default)]
pub struct EvaluationQuery;

#[Object]
impl EvaluationQuery {
    /// The assessments that were given to the viewer, in order of assignment. `UNAUTHENTICATED` when nobody is signed
    /// in.
    async fn my_assessments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<Assessment>> {
        let (database, actor) = (ctx.database(), ctx.actor());
        let load = async {
            actor.require_user()?;
            let page = page::arguments(first, after, last, before)?;
            let slice = queries::own_assessments(database, actor, page).await?;
            page::connection(ctx, slice, queries::count_own_assessments(database, actor)).await
        };
        Some(load.await)
    }
}

/// A page of the decisions of a call, for the field of `ctx`.
pub(crate) async fn decisions(ctx: &Context<'_>, call_id: CallId, page: Page) -> Result<Connection<Decision>> {
    let (database, actor) = (ctx.database(), ctx.actor());
    let slice = queries::decisions(database, actor, call_id, page).await?;
    page::connection(ctx, slice, queries::count_decisions(database, actor, call_id)).await
}
