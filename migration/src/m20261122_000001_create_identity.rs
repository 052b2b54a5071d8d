//! Accounts, sessions, roles, organisations and memberships.

use sea_orm_migration::{async_trait, prelude::*};

use super::dialect::run;

const SQL: &str = r#"
CREATE TABLE "user" (
    id {uuid} NOT NULL PRIMARY KEY,
    email text NOT NULL UNIQUE,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    created_at {bigint} NOT NULL,
    illustrative text
){strict};

CREATE TABLE refresh_token (
    id {uuid} NOT NULL PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES "user" (id),
    family_id {uuid} NOT NULL,
    token_hash text NOT NULL UNIQUE,
    issued_at {bigint} NOT NULL,
    expires_at {bigint} NOT NULL,
    ended_at {bigint}
){strict};
CREATE INDEX refresh_token_family ON refresh_token (family_id);

CREATE TABLE role_grant (
    id {uuid} NOT NULL PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES "user" (id),
    role text NOT NULL,
    scope_kind text NOT NULL,
    scope_id {uuid},
    granted_by {uuid} REFERENCES "user" (id),
    granted_at {bigint} NOT NULL,
    ends_at {bigint},
    CHECK ((scope_kind = 'PLATFORM') = (scope_id IS NULL))
){strict};
CREATE INDEX role_grant_user ON role_grant (user_id);
CREATE INDEX role_grant_scope ON role_grant (scope_id, role);

CREATE TABLE organisation (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL,
    scheme text NOT NULL,
    identifier text NOT NULL,
    region text,
    created_at {bigint} NOT NULL,
    illustrative text,
    UNIQUE (scheme, identifier)
){strict};

CREATE TABLE membership (
    id {uuid} NOT NULL PRIMARY KEY,
    organisation_id {uuid} NOT NULL REFERENCES organisation (id),
    user_id {uuid} NOT NULL REFERENCES "user" (id),
    role text NOT NULL,
    created_at {bigint} NOT NULL,
    UNIQUE (user_id, organisation_id)
){strict};
CREATE INDEX membership_organisation ON membership (organisation_id);
"#;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, SQL).await
    }
}
