//! People, organisations, and the ties between them, as the contract shows them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Object};
use domain::identity::queries;
use entity::value::{NodeKind, OrganisationId, RoleGrantId, ScopeKind as Scope, UserId};
use entity::{membership, organisation, role_grant, user};

use super::kind::{IdentifierScheme, MembershipRole, OrganisationKind, Role, ScopeKind};
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Error, Nullable, Result};
use crate::graphql::id;
use crate::graphql::loader::Batch;
use crate::graphql::scalar::DateTime;

/// A person with an account.
pub struct User(user::Model);

impl From<user::Model> for User {
    fn from(row: user::Model) -> Self {
        Self(row)
    }
}

/// A person with an account. Seen by themselves, by members of the same organisations, and by staff.
#[Object]
impl User {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// The address they sign in with, in lower case.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// The name others see.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// Their places in organisations, as far as the viewer may know of them.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<Membership>> {
        let rows = queries::memberships_of(ctx.database(), ctx.actor(), self.0.id).await?;
        Ok(rows.into_iter().map(Membership).collect())
    }

    /// The roles they hold now, as far as the viewer may know of them.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<RoleGrant>> {
        let rows = queries::role_grants_of(ctx.database(), ctx.actor(), self.0.id).await?;
        Ok(rows.into_iter().map(RoleGrant).collect())
    }

    /// When the account was opened.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// What about this person is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// A legal entity.
pub struct Organisation(organisation::Model);

impl From<organisation::Model> for Organisation {
    fn from(row: organisation::Model) -> Self {
        Self(row)
    }
}

/// A legal entity that applies for grants, receives them or gives them. Public knowledge.
#[Object]
impl Organisation {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// Legal name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What sort of body it is.
    async fn kind(&self) -> OrganisationKind {
        self.0.kind.into()
    }

    /// Which register its identifier is from.
    async fn scheme(&self) -> IdentifierScheme {
        self.0.scheme.into()
    }

    /// Its identifier in that register, without spaces.
    async fn identifier(&self) -> &str {
        &self.0.identifier
    }

    /// ISO 3166-2 code of the region it sits in, as `FR-IDF`; null when nobody said.
    async fn region(&self) -> Option<&str> {
        self.0.region.as_deref()
    }

    /// When it was recorded here.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// What about this organisation is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// A person's place in an organisation.
pub struct Membership(membership::Model);

impl From<membership::Model> for Membership {
    fn from(row: membership::Model) -> Self {
        Self(row)
    }
}

/// A person's place in an organisation.
#[Object]
impl Membership {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// The organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        Ok(ctx.loaders().one(self.0.organisation_id).await?.into())
    }

    /// The person; null, with an error, if the viewer may not see them.
    async fn user(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.user_id).await.map(User))
    }

    /// What the person may do for the organisation.
    async fn role(&self) -> MembershipRole {
        self.0.role.into()
    }

    /// Since when.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// A role held on a scope.
pub struct RoleGrant(role_grant::Model);

impl From<role_grant::Model> for RoleGrant {
    fn from(row: role_grant::Model) -> Self {
        Self(row)
    }
}

impl RoleGrant {
    /// A grant that the viewer may see.
    pub(crate) async fn load(ctx: &Context<'_>, id: RoleGrantId) -> Result<Self> {
        Ok(Self(queries::role_grant(ctx.database(), ctx.actor(), id).await?))
    }
}

/// A role that a person holds on a scope: the whole platform, one fund, or one call.
#[Object]
impl RoleGrant {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// Who holds the role; null, with an error, if the viewer may not see them.
    async fn user(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.user_id).await.map(User))
    }

    /// The role.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// How far it reaches.
    async fn scope_kind(&self) -> ScopeKind {
        self.0.scope_kind.into()
    }

    /// The fund or the call that it reaches; null for the platform.
    async fn scope_id(&self) -> Option<ID> {
        let kind = match self.0.scope_kind {
            Scope::Platform => return None,
            Scope::Fund => NodeKind::Fund,
            Scope::Call => NodeKind::Call,
        };
        self.0.scope_id.map(|uuid| id::encode(kind, uuid))
    }

    /// Who granted it; null when it was granted on the command line, and null, with an error, if the viewer may not see
    /// them.
    async fn granted_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.granted_by?).await.map(User))
    }

    /// When it was granted.
    async fn granted_at(&self) -> DateTime {
        DateTime(self.0.granted_at)
    }

    /// When it stops, or stopped; null while open-ended.
    async fn ends_at(&self) -> Option<DateTime> {
        self.0.ends_at.map(DateTime)
    }
}

impl Loader<UserId> for Batch {
    type Value = user::Model;
    type Error = Error;

    async fn load(&self, ids: &[UserId]) -> Result<HashMap<UserId, user::Model>> {
        let users = queries::users_by_ids(self.database(), self.actor(), ids).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }
}

impl Loader<OrganisationId> for Batch {
    type Value = organisation::Model;
    type Error = Error;

    async fn load(&self, ids: &[OrganisationId]) -> Result<HashMap<OrganisationId, organisation::Model>> {
        let organisations = queries::organisations_by_ids(self.database(), self.actor(), ids).await?;
        Ok(organisations
            .into_iter()
            .map(|organisation| (organisation.id, organisation))
            .collect())
    }
}
