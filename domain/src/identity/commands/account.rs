//! Accounts.

use entity::value::{NodeKind, Role, RoleGrantId, ScopeKind, UserId};
use entity::{role_grant, user};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use crate::error::{Code, Reasons, Refusal};
use crate::identity::rules;
use crate::work::Subject;
use crate::{Command, Error, Result, Work};

/// Opens an account. Anybody may.
#[derive(Clone, Debug)]
pub struct Register {
    /// E-mail address; identifies the account.
    pub email: String,
    /// The name others see.
    pub display_name: String,
    /// Result of [`crate::identity::password::hash`].
    pub password_hash: String,
    /// What is made up about this person, in a demonstration.
    pub illustrative: Option<String>,
}

impl Command for Register {
    type Output = UserId;

    async fn run(&self, work: &mut Work) -> Result<UserId> {
        let mut reasons = Reasons::none();
        let email = reasons.keep(rules::email(&self.email));
        let display_name = rules::display_name(&self.display_name, &mut reasons);
        reasons.finish()?;
        let account = user::ActiveModel {
            id: Set(UserId::new()),
            email: Set(email.unwrap_or_default()),
            display_name: Set(display_name),
            password_hash: Set(self.password_hash.clone()),
            created_at: Set(work.now),
            illustrative: Set(self.illustrative.clone()),
        };
        let account = account
            .insert(work.txn())
            .await
            .map_err(|error| Error::or_duplicate(error, taken))?;
        work.record(
            "user.register",
            Subject::new(NodeKind::User, account.id),
            None,
            &account,
        )
        .await?;
        Ok(account.id)
    }
}

fn taken() -> Refusal {
    Refusal::new(
        Code::AlreadyExists,
        "There is an account with this e-mail address already.",
        "Il y a déjà un compte avec cette adresse électronique.",
    )
    .at("email")
}

/// Opens an account that is administrator of the platform. Only the command line may.
#[derive(Clone, Debug)]
pub struct CreateAdmin {
    /// E-mail address; identifies the account.
    pub email: String,
    /// The name others see.
    pub display_name: String,
    /// Result of [`crate::identity::password::hash`].
    pub password_hash: String,
}

impl Command for CreateAdmin {
    type Output = UserId;

    async fn run(&self, work: &mut Work) -> Result<UserId> {
        if !work.actor.is_system() {
            return Err(work.actor.denied());
        }
        let account = Register {
            email: self.email.clone(),
            display_name: self.display_name.clone(),
            password_hash: self.password_hash.clone(),
            illustrative: None,
        };
        let user_id = account.run(work).await?;
        let grant = role_grant::ActiveModel {
            id: Set(RoleGrantId::new()),
            user_id: Set(user_id),
            role: Set(Role::Admin),
            scope_kind: Set(ScopeKind::Platform),
            scope_id: Set(None),
            granted_by: Set(None),
            granted_at: Set(work.now),
            ends_at: Set(None),
        };
        let grant = grant.insert(work.txn()).await?;
        work.record("role.grant", Subject::new(NodeKind::RoleGrant, grant.id), None, &grant)
            .await?;
        Ok(user_id)
    }
}
