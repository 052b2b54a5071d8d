//! What the mutations of identity take.

use async_graphql::{ID, InputObject};
use domain::Refusal;
use domain::actor::Scope;
use domain::identity::commands::{CreateOrganisation, GrantRole};

use super::kind::{IdentifierScheme, OrganisationKind, Role, ScopeKind};
use crate::graphql::error::Result;
use crate::graphql::id;
use crate::graphql::scalar::DateTime;

/// What `registerUser` takes: the account to open.
#[derive(InputObject)]
pub struct RegisterUserInput {
    /// E-mail address: identifies the account. Upper and lower case are the same.
    pub(super) email: String,
    /// The name others will see, of at most 100 characters.
    pub(super) display_name: String,
    /// A password of 15 to 128 characters; a sentence does well.
    #[graphql(secret)]
    pub(super) password: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `logIn` takes.
#[derive(InputObject)]
pub struct LogInInput {
    /// The address of the account.
    pub(super) email: String,
    /// Its password.
    #[graphql(secret)]
    pub(super) password: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `refreshSession` takes.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token that came last. It works once: a second use ends the session, for it means a copy.
    #[graphql(secret)]
    pub(super) refresh_token: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `logOut` takes.
#[derive(InputObject)]
pub struct LogOutInput {
    /// A refresh token of the session to end.
    #[graphql(secret)]
    pub(super) refresh_token: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `createOrganisation` takes: the organisation to record.
#[derive(InputObject)]
pub struct CreateOrganisationInput {
    /// Legal name, of at most 200 characters.
    pub(super) name: String,
    /// What sort of body it is.
    pub(super) kind: OrganisationKind,
    /// Which register its identifier is from.
    pub(super) scheme: IdentifierScheme,
    /// Its identifier in that register; spaces do not count.
    pub(super) identifier: String,
    /// ISO 3166-2 code of the region it sits in, as `FR-IDF`.
    pub(super) region: Option<String>,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl CreateOrganisationInput {
    pub(super) fn command(self) -> CreateOrganisation {
        CreateOrganisation {
            name: self.name,
            kind: self.kind.into(),
            scheme: self.scheme.into(),
            identifier: self.identifier,
            region: self.region,
            illustrative: None,
        }
    }
}

/// What `grantRole` takes: a role, its holder and its scope.
#[derive(InputObject)]
pub struct GrantRoleInput {
    /// Who receives it.
    pub(super) user_id: ID,
    /// The role.
    pub(super) role: Role,
    /// How far it reaches.
    pub(super) scope_kind: ScopeKind,
    /// The fund or the call that it reaches; absent for the platform.
    pub(super) scope_id: Option<ID>,
    /// When it stops; absent for an open end.
    pub(super) ends_at: Option<DateTime>,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl GrantRoleInput {
    pub(super) fn command(&self) -> Result<GrantRole> {
        Ok(GrantRole {
            user_id: id::parse(&self.user_id)?,
            role: self.role.into(),
            scope: self.scope()?,
            ends_at: self.ends_at.as_ref().map(|ends_at| ends_at.0),
        })
    }

    fn scope(&self) -> Result<Scope> {
        match (self.scope_kind, &self.scope_id) {
            (ScopeKind::Platform, None) => Ok(Scope::Platform),
            (ScopeKind::Fund, Some(id)) => Ok(Scope::Fund(id::parse(id)?)),
            (ScopeKind::Call, Some(id)) => Ok(Scope::Call(id::parse(id)?)),
            (ScopeKind::Platform, Some(_)) => Err(Refusal::invalid(
                "scopeId",
                "A role on the whole platform has no fund and no call.",
                "Un rôle sur toute la plateforme n'a ni fonds ni appel.",
            )
            .into()),
            (ScopeKind::Fund | ScopeKind::Call, None) => Err(Refusal::invalid(
                "scopeId",
                "Say which fund, or which call, the role reaches.",
                "Dites quel fonds, ou quel appel, le rôle concerne.",
            )
            .into()),
        }
    }
}

/// What `revokeRole` takes.
#[derive(InputObject)]
pub struct RevokeRoleInput {
    /// The grant to end.
    pub(super) role_grant_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}
