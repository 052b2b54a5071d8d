//! The identity part of `Query`.

use async_graphql::{Context, Object};
use domain::identity::queries;
use entity::value::UserId;

use super::kind::IdentifierScheme;
use super::object::{Membership, Organisation, RoleGrant, User};
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Nullable, Result};

/// Queries about the viewer.
#[derive(Default)]
pub struct IdentityQuery;

#[Object]
impl IdentityQuery {
    /// Who is signed in, and what they hold; null when nobody is.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        ctx.actor().user_id().map(Viewer)
    }

    /// The person with an e-mail address, for staff who give them a role. `NOT_FOUND` for everybody else, unless it is
    /// themselves or somebody of the same organisation.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address of their account.")] email: String,
    ) -> Nullable<User> {
        let found = queries::user_by_email(ctx.database(), ctx.actor(), &email).await;
        Some(found.map(User::from).map_err(Into::into))
    }

    /// The organisation with an identifier in a register, if it is recorded here. Public.
    async fn organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The register.")] scheme: IdentifierScheme,
        #[graphql(desc = "The identifier in that register; spaces do not count.")] identifier: String,
    ) -> Nullable<Organisation> {
        let found = queries::organisation_by_identifier(ctx.database(), scheme.into(), &identifier).await;
        Some(found.map(Organisation::from).map_err(Into::into))
    }
}

/// Whoever is signed in.
pub struct Viewer(UserId);

/// Whoever is signed in, with what they hold at this moment.
#[Object]
impl Viewer {
    /// Their account.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        Ok(ctx.loaders().one(self.0).await?.into())
    }

    /// Their places in organisations.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<Membership>> {
        let rows = queries::memberships_of(ctx.database(), ctx.actor(), self.0).await?;
        Ok(rows.into_iter().map(Membership::from).collect())
    }

    /// The roles they hold now.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<RoleGrant>> {
        let rows = queries::role_grants_of(ctx.database(), ctx.actor(), self.0).await?;
        Ok(rows.into_iter().map(RoleGrant::from).collect())
    }
}
