//! Reads of identity. What the actor may not see is left out, or not found.

use entity::value::{IdentifierScheme, Instant, MembershipId, OrganisationId, RoleGrantId, ScopeKind, UserId};
use entity::{call, membership, organisation, role_grant, user};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Query};
use uuid::Uuid;

use super::{policy, rules};
use crate::actor::{Actor, Grant, Person, Place, Scope};
use crate::{Database, Error, Result, Work, text};

/// The account of an e-mail address with its password hash: for signing in, and nothing else.
pub async fn credentials(db: &Database, email: &str) -> Result<Option<user::Model>> {
    let Ok(email) = rules::email(email) else {
        return Ok(None);
    };
    Ok(user::Entity::find()
        .filter(text::is(user::Column::Email, &email))
        .one(&db.reader)
        .await?)
}

/// Whether anybody has an account: nobody has in a database that was never used.
pub async fn anybody(db: &Database) -> Result<bool> {
    Ok(user::Entity::find().one(&db.reader).await?.is_some())
}

/// A person with what they hold at this moment; `UNAUTHENTICATED` if there is no such account any more.
pub async fn actor(db: &Database, user_id: UserId, request_id: Uuid) -> Result<Actor> {
    load_actor(&db.reader, user_id, request_id, db.clock().now()).await
}

/// The same, inside a Work: what somebody else holds at this moment.
pub(crate) async fn actor_in(work: &Work, user_id: UserId) -> Result<Actor> {
    let found = load_actor(work.txn(), user_id, work.actor.request_id, work.now).await;
    found.map_err(|error| {
        if matches!(error, Error::Unauthenticated) {
            Error::NotFound
        } else {
            error
        }
    })
}

async fn load_actor<C: ConnectionTrait>(db: &C, id: UserId, request_id: Uuid, now: Instant) -> Result<Actor> {
    if user::Entity::find_by_id(id).one(db).await?.is_none() {
        return Err(Error::Unauthenticated);
    }
    let grants = role_grant::Entity::find()
        .filter(role_grant::Column::UserId.eq(id))
        .filter(in_force(now))
        .all(db)
        .await?;
    let memberships = membership::Entity::find()
        .filter(membership::Column::UserId.eq(id))
        .all(db)
        .await?;
    let person = Person {
        id,
        grants: grants.iter().filter_map(held).collect(),
        memberships: memberships
            .iter()
            .map(|membership| (membership.organisation_id, membership.role))
            .collect(),
    };
    Ok(Actor::person(person, request_id))
}

fn in_force(now: Instant) -> Condition {
    Condition::any()
        .add(role_grant::Column::EndsAt.is_null())
        .add(role_grant::Column::EndsAt.gt(now))
}

fn held(grant: &role_grant::Model) -> Option<Grant> {
    let scope = match (grant.scope_kind, grant.scope_id) {
        (ScopeKind::Platform, _) => Scope::Platform,
        (ScopeKind::Fund, id) => Scope::Fund(entity::value::FundId(id?)),
        (ScopeKind::Call, id) => Scope::Call(entity::value::CallId(id?)),
    };
    Some(Grant {
        role: grant.role,
        scope,
    })
}

/// A person the actor may see: themselves, a colleague of one of their organisations, or anybody for staff.
pub async fn user(db: &Database, actor: &Actor, id: UserId) -> Result<user::Model> {
    users_by_ids(db, actor, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// The person with an e-mail address, for staff who appoint them.
pub async fn user_by_email(db: &Database, actor: &Actor, email: &str) -> Result<user::Model> {
    let found = credentials(db, email).await?.ok_or(Error::NotFound)?;
    user(db, actor, found.id).await
}

/// The people among these whom the actor may see.
pub async fn users_by_ids(db: &Database, actor: &Actor, ids: &[UserId]) -> Result<Vec<user::Model>> {
    let mut select = user::Entity::find().filter(user::Column::Id.is_in(ids.iter().copied()));
    if !policy::may_see_everybody(actor) {
        let colleagues = Query::select()
            .column(membership::Column::UserId)
            .from(membership::Entity)
            .and_where(membership::Column::OrganisationId.is_in(actor.organisations()))
            .to_owned();
        select = select.filter(
            Condition::any()
                .add(user::Column::Id.is_in(actor.user_id()))
                .add(user::Column::Id.in_subquery(colleagues)),
        );
    }
    Ok(select.all(&db.reader).await?)
}

/// An organisation. Legal entities are public knowledge.
pub async fn organisation(db: &Database, _actor: &Actor, id: OrganisationId) -> Result<organisation::Model> {
    organisation::Entity::find_by_id(id)
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)
}

/// The organisation with an identifier in a register. What cannot be an identifier there is not found.
pub async fn organisation_by_identifier(
    db: &Database,
    scheme: IdentifierScheme,
    identifier: &str,
) -> Result<organisation::Model> {
    let identifier = rules::identifier(scheme, identifier).map_err(|_| Error::NotFound)?;
    let select = organisation::Entity::find()
        .filter(organisation::Column::Scheme.eq(scheme))
        .filter(text::is(organisation::Column::Identifier, &identifier));
    select.one(&db.reader).await?.ok_or(Error::NotFound)
}

/// The organisations among these.
pub async fn organisations_by_ids(
    db: &Database,
    _actor: &Actor,
    ids: &[OrganisationId],
) -> Result<Vec<organisation::Model>> {
    let select = organisation::Entity::find().filter(organisation::Column::Id.is_in(ids.iter().copied()));
    Ok(select.all(&db.reader).await?)
}

/// The places a person holds in organisations: their own, or anybody's for staff.
pub async fn memberships_of(db: &Database, actor: &Actor, id: UserId) -> Result<Vec<membership::Model>> {
    if actor.user_id() != Some(id) && !policy::may_see_everybody(actor) {
        return Ok(Vec::new());
    }
    Ok(membership::Entity::find()
        .filter(membership::Column::UserId.eq(id))
        .limit(100)
        .all(&db.reader)
        .await?)
}

/// The roles a person holds now: their own, or anybody's for administrators and auditors.
pub async fn role_grants_of(db: &Database, actor: &Actor, id: UserId) -> Result<Vec<role_grant::Model>> {
    if !policy::may_see_roles(actor, id) {
        return Ok(Vec::new());
    }
    let select = role_grant::Entity::find()
        .filter(role_grant::Column::UserId.eq(id))
        .filter(in_force(db.clock().now()))
        .limit(100);
    Ok(select.all(&db.reader).await?)
}

/// A grant of a role that the actor may see: their own, one they gave, or one they could revoke.
pub async fn role_grant(db: &Database, actor: &Actor, id: RoleGrantId) -> Result<role_grant::Model> {
    let grant = role_grant::Entity::find_by_id(id)
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)?;
    let granted_by_actor = grant.granted_by.is_some() && grant.granted_by == actor.user_id();
    if granted_by_actor || policy::may_see_roles(actor, grant.user_id) {
        return Ok(grant);
    }
    let place = place(&db.reader, &grant).await?;
    if policy::may_grant(actor, grant.role, place) {
        Ok(grant)
    } else {
        Err(Error::NotFound)
    }
}

/// Where a grant holds.
pub(crate) async fn place<C: ConnectionTrait>(db: &C, grant: &role_grant::Model) -> Result<Place> {
    match held(grant).ok_or(Error::NotFound)?.scope {
        Scope::Platform => Ok(Place::Platform),
        Scope::Fund(id) => Ok(Place::Fund(id)),
        Scope::Call(id) => {
            let call = call::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)?;
            Ok(Place::Call(call.fund_id, call.id))
        }
    }
}

/// A person's place in an organisation that the actor may see: their own, a colleague's, or anybody's for staff.
pub async fn membership(db: &Database, actor: &Actor, id: MembershipId) -> Result<membership::Model> {
    let membership = membership::Entity::find_by_id(id)
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)?;
    let colleague = actor.membership(membership.organisation_id).is_some();
    if colleague || policy::may_see_everybody(actor) {
        Ok(membership)
    } else {
        Err(Error::NotFound)
    }
}
