//! The application part of `Query`.

use async_graphql::{Context, ID, Object};
use domain::Page;
use domain::application::queries::{self, Filter};

use super::kind::ApplicationStatus;
use super::object::Application;
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Nullable, Result};
use crate::graphql::id;
use crate::graphql::page::{self, Connection};

/// Queries of applications.
#[derive(Default)]
pub struct ApplicationQuery;

#[Object]
impl ApplicationQuery {
    /// The applications that the viewer may see, oldest first: those of their organisations, those assigned to them,
    /// and, for staff, the submitted ones of their funds and calls.
    #[expect(
        clippy::too_many_arguments,
        reason = "the contract gives lists their filters and paging as arguments"
    )]
    async fn applications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this call.")] call: Option<ID>,
        #[graphql(desc = "Only those led by this organisation.")] organisation: Option<ID>,
        #[graphql(desc = "Only those that stand here.")] status: Option<ApplicationStatus>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<Application>> {
        let load = async {
            let filter = Filter {
                call: call.map(|id| id::parse(&id)).transpose()?,
                organisation: organisation.map(|id| id::parse(&id)).transpose()?,
                status: status.map(Into::into),
                ..Filter::default()
            };
            applications(ctx, filter, page::arguments(first, after, last, before)?).await
        };
        Some(load.await)
    }
}

/// A page of applications as a connection.
pub(crate) async fn applications(ctx: &Context<'_>, filter: Filter, page: Page) -> Result<Connection<Application>> {
    let slice = queries::applications(ctx.database(), ctx.actor(), filter, page).await?;
    page::connection(
        ctx,
        slice,
        queries::count_applications(ctx.database(), ctx.actor(), filter),
    )
    .await
}
