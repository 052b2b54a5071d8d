//! Roles.

use entity::value::{Instant, NodeKind, Role, RoleGrantId, ScopeKind, UserId};
use entity::{call, fund, role_grant, user};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect, sea_query::LockType};
use uuid::Uuid;

use crate::actor::{Place, Scope};
use crate::error::{Code, Refusal};
use crate::identity::{policy, queries};
use crate::work::Subject;
use crate::{Command, Error, Result, Work};

/// Grants a role to somebody else.
#[derive(Clone, Copy, Debug)]
pub struct GrantRole {
    /// Who receives it.
    pub user_id: UserId,
    /// The role.
    pub role: Role,
    /// How far it reaches.
    pub scope: Scope,
    /// When it stops; `None` for an open end.
    pub ends_at: Option<Instant>,
}

impl Command for GrantRole {
    type Output = RoleGrantId;

    async fn run(&self, work: &mut Work) -> Result<RoleGrantId> {
        let place = place(work, self.scope).await?;
        // Before it is told whether there is such a place: a fund or a call in preparation is not known to everybody.
        if !policy::may_grant(&work.actor, self.role, place.unwrap_or(Place::Platform)) {
            return Err(work.actor.denied());
        }
        place.ok_or(Error::NotFound)?;
        if work.actor.user_id() == Some(self.user_id) {
            return Err(Refusal::new(
                Code::SeparationOfDuties,
                "Nobody grants a role to themselves.",
                "Nul ne s'attribue un rôle à soi-même.",
            )
            .at("userId")
            .into());
        }
        if self.ends_at.is_some_and(|ends_at| ends_at <= work.now) {
            return Err(
                Refusal::invalid("endsAt", "The role would be over already.", "Le rôle serait déjà échu.").into(),
            );
        }
        user::Entity::find_by_id(self.user_id)
            .one(work.txn())
            .await?
            .ok_or(Error::NotFound)?;
        let (scope_kind, scope_id) = match self.scope {
            Scope::Platform => (ScopeKind::Platform, None),
            Scope::Fund(id) => (ScopeKind::Fund, Some(Uuid::from(id))),
            Scope::Call(id) => (ScopeKind::Call, Some(Uuid::from(id))),
        };
        let grant = role_grant::ActiveModel {
            id: Set(RoleGrantId::new()),
            user_id: Set(self.user_id),
            role: Set(self.role),
            scope_kind: Set(scope_kind),
            scope_id: Set(scope_id),
            granted_by: Set(work.actor.user_id()),
            granted_at: Set(work.now),
            ends_at: Set(self.ends_at),
        };
        let grant = grant.insert(work.txn()).await?;
        work.record("role.grant", Subject::new(NodeKind::RoleGrant, grant.id), None, &grant)
            .await?;
        Ok(grant.id)
    }
}

/// Ends a role at once.
#[derive(Clone, Copy, Debug)]
pub struct RevokeRole {
    /// The grant to end.
    pub role_grant_id: RoleGrantId,
}

impl Command for RevokeRole {
    type Output = RoleGrantId;

    async fn run(&self, work: &mut Work) -> Result<RoleGrantId> {
        let select = role_grant::Entity::find_by_id(self.role_grant_id).lock(LockType::NoKeyUpdate);
        let before = select.one(work.txn()).await?.ok_or(Error::NotFound)?;
        if !policy::may_grant(&work.actor, before.role, queries::place(work.txn(), &before).await?) {
            return Err(Error::NotFound);
        }
        if before.ends_at.is_some_and(|ends_at| ends_at <= work.now) {
            return Err(Refusal::state("a role", "un rôle", "ENDED", "REVOKE").into());
        }
        let mut change = before.clone().into_active_model();
        change.ends_at = Set(Some(work.now));
        let after = change.update(work.txn()).await?;
        work.record(
            "role.revoke",
            Subject::new(NodeKind::RoleGrant, after.id),
            Some(&before),
            &after,
        )
        .await?;
        Ok(after.id)
    }
}

/// Where a scope is, if it is anywhere.
async fn place(work: &Work, scope: Scope) -> Result<Option<Place>> {
    Ok(match scope {
        Scope::Platform => Some(Place::Platform),
        Scope::Fund(id) => {
            let fund = fund::Entity::find_by_id(id).one(work.txn()).await?;
            fund.map(|fund| Place::Fund(fund.id))
        }
        Scope::Call(id) => {
            let call = call::Entity::find_by_id(id).one(work.txn()).await?;
            call.map(|call| Place::Call(call.fund_id, call.id))
        }
    })
}
