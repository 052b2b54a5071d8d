//! The identity part of `Mutation`.

use async_graphql::{Context, Object, SimpleObject};
use domain::error::Reasons;
use domain::identity::commands::{CloseSession, IssuedSession, OpenSession, RefreshSession, Register, RevokeRole};
use domain::identity::{queries, rules};
use entity::value::Instant;

use super::input::{
    CreateOrganisationInput, GrantRoleInput, LogInInput, LogOutInput, RefreshSessionInput, RegisterUserInput,
    RevokeRoleInput,
};
use super::object::{Organisation, RoleGrant, User};
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Error, Nullable, Result};
use crate::graphql::id;
use crate::graphql::mutation::{self, payload};
use crate::graphql::scalar::DateTime;

/// Mutations of accounts, sessions, organisations and roles.
#[derive(Default)]
pub struct IdentityMutation;

#[Object]
impl IdentityMutation {
    /// Opens an account. Anybody may.
    async fn register_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account to open.")] input: RegisterUserInput,
    ) -> Nullable<RegisterUserPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::settle(ctx, client_mutation_id, register(ctx, input)).await
    }

    /// Signs in with a password. The answer is the same, and takes as long, whether the account exists or not.
    async fn log_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address and the password.")] input: LogInInput,
    ) -> Nullable<LogInPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::settle(ctx, client_mutation_id, log_in(ctx, input)).await
    }

    /// Exchanges a refresh token for a new access token and the next refresh token. `UNAUTHENTICATED` if it is no
    /// longer good: sign in again. Send it without an `Authorization` header, or with one that is still valid.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last refresh token.")] input: RefreshSessionInput,
    ) -> Nullable<RefreshSessionPayload> {
        let command = RefreshSession {
            refresh_token: input.refresh_token,
        };
        mutation::run(ctx, input.client_mutation_id, Ok(command), |done| async move {
            let issued = done.value.ok_or(Error::Unauthenticated)?;
            Ok(RefreshSessionPayload {
                session: Some(session(ctx, issued)?),
                ..Default::default()
            })
        })
        .await
    }

    /// Signs out: no refresh token of the session works any more. The access token goes on until it expires.
    async fn log_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session to end.")] input: LogOutInput,
    ) -> Nullable<LogOutPayload> {
        let command = CloseSession {
            refresh_token: input.refresh_token,
        };
        mutation::run(ctx, input.client_mutation_id, Ok(command), |_| async {
            Ok(LogOutPayload::default())
        })
        .await
    }

    /// Records an organisation; the viewer becomes its owner.
    async fn create_organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organisation to record.")] input: CreateOrganisationInput,
    ) -> Nullable<CreateOrganisationPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, Ok(input.command()), |done| async move {
            let organisation: Organisation = ctx.loaders().one(done.value).await?.into();
            Ok(CreateOrganisationPayload {
                organisation: Some(organisation),
                ..Default::default()
            })
        })
        .await
    }

    /// Grants a role to somebody else. An administrator grants any role where they are one; a programme manager
    /// appoints the committees of their calls.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role, its holder and its scope.")] input: GrantRoleInput,
    ) -> Nullable<GrantRolePayload> {
        mutation::run(
            ctx,
            input.client_mutation_id.clone(),
            input.command(),
            |done| async move {
                let role_grant = RoleGrant::load(ctx, done.value).await?;
                Ok(GrantRolePayload {
                    role_grant: Some(role_grant),
                    ..Default::default()
                })
            },
        )
        .await
    }

    /// Ends a role at once.
    async fn revoke_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant to end.")] input: RevokeRoleInput,
    ) -> Nullable<RevokeRolePayload> {
        let command = id::parse(&input.role_grant_id).map(|role_grant_id| RevokeRole { role_grant_id });
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            let role_grant = RoleGrant::load(ctx, done.value).await?;
            Ok(RevokeRolePayload {
                role_grant: Some(role_grant),
                ..Default::default()
            })
        })
        .await
    }
}

async fn register(ctx: &Context<'_>, input: RegisterUserInput) -> Result<RegisterUserPayload> {
    // All before hashing, so that the reasons come together and a refusal costs nothing.
    let mut reasons = Reasons::none();
    reasons.keep(rules::email(&input.email));
    reasons.keep(rules::password(&input.password));
    rules::display_name(&input.display_name, &mut reasons);
    reasons.finish()?;
    ctx.app().traffic.count_password(ctx.address())?;
    let command = Register {
        email: input.email,
        display_name: input.display_name,
        password_hash: ctx.app().hashing.hash(input.password).await?,
        illustrative: None,
    };
    let registered = ctx.database().execute(ctx.actor(), &command).await?;
    // Loaded as the new person: whoever asked is nobody yet, and sees nobody.
    let themselves = queries::actor(ctx.database(), registered.value, ctx.actor().request_id).await?;
    let user = queries::user(ctx.database(), &themselves, registered.value).await?;
    Ok(RegisterUserPayload {
        user: Some(user.into()),
        ..Default::default()
    })
}

async fn log_in(ctx: &Context<'_>, input: LogInInput) -> Result<LogInPayload> {
    // Nobody's address, and nothing to count by.
    let email = rules::email(&input.email).map_err(|_| rules::invalid_credentials())?;
    let traffic = &ctx.app().traffic;
    traffic.count_password(ctx.address())?;
    traffic.count_attempt(&email, ctx.address())?;
    let account = queries::credentials(ctx.database(), &email).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let matches = ctx.app().hashing.verify(input.password, hash).await?;
    let Some(account) = account.filter(|_| matches) else {
        return Err(rules::invalid_credentials().into());
    };
    traffic.signed_in(&email, ctx.address());
    // From here on the actor is whoever the password proved them to be.
    let themselves = queries::actor(ctx.database(), account.id, ctx.actor().request_id).await?;
    let opened = ctx
        .database()
        .execute(&themselves, &OpenSession { user_id: account.id })
        .await?;
    Ok(LogInPayload {
        session: Some(session(ctx, opened.value)?),
        ..Default::default()
    })
}

fn session(ctx: &Context<'_>, issued: IssuedSession) -> Result<Session> {
    let access = ctx.app().keys.issue(issued.user_id, ctx.database().clock().now())?;
    Ok(Session {
        access_token: access.token,
        access_token_expires_at: DateTime(access.expires_at),
        refresh_token: issued.refresh_token,
        refresh_token_expires_at: DateTime(Instant(issued.expires_at_micros)),
    })
}

/// The tokens of a session. They are secrets: nobody can show them a second time.
#[derive(SimpleObject)]
pub struct Session {
    /// Sent with every request, as `Authorization: Bearer …`. Says who the bearer is; what they may do is looked up.
    access_token: String,
    /// When the access token stops working: after 15 minutes.
    access_token_expires_at: DateTime,
    /// Exchanged for new tokens by `refreshSession`. Works once.
    refresh_token: String,
    /// When the refresh token stops working: after 30 days.
    refresh_token_expires_at: DateTime,
}

payload! {
    /// What `registerUser` did.
    pub struct RegisterUserPayload {
        /// The new account; null when refused.
        user: User,
    }
}

payload! {
    /// What `logIn` did.
    pub struct LogInPayload {
        /// The session that begins; null when refused.
        session: Session,
    }
}

payload! {
    /// What `refreshSession` did.
    pub struct RefreshSessionPayload {
        /// The session that goes on, with new tokens; null when refused.
        session: Session,
    }
}

payload! {
    /// What `logOut` did.
    pub struct LogOutPayload {}
}

payload! {
    /// What `createOrganisation` did.
    pub struct CreateOrganisationPayload {
        /// The organisation, recorded; null when refused.
        organisation: Organisation,
    }
}

payload! {
    /// What `grantRole` did.
    pub struct GrantRolePayload {
        /// The role, granted; null when refused.
        role_grant: RoleGrant,
    }
}

payload! {
    /// What `revokeRole` did.
    pub struct RevokeRolePayload {
        /// The role, ended; null when refused.
        role_grant: RoleGrant,
    }
}
