//! People, each with an account and the role that a test needs, made as they would be: over HTTP.
//!
//! But for their password: hashing one takes its time by design, and a test has many people. Into a server of this
//! process they come by the [`SideDoor`]; that the front door works is what `flows/session.rs` proves.

use std::{
    ops::Range,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use api::{Keys, graphql::id};
use domain::{
    Actor, Database,
    identity::{
        commands::{CreateAdmin, Register},
        password,
    },
};
use entity::value::{Instant, UserId};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{Client, text};

/// Everybody's password.
const PASSWORD: &str = "correct horse battery staple";

/// Somebody with an account. Clones are the same person.
#[derive(Clone, Debug)]
pub struct Persona {
    /// The global identifier of their account.
    pub id: String,
    pub email: String,
    session: Arc<Mutex<Option<Session>>>,
}

/// The parts of a server of this process by which people come in without a password being hashed for each of them.
pub(super) struct SideDoor {
    pub(super) database: Database,
    pub(super) keys: Arc<Keys>,
}

impl SideDoor {
    /// Opens an account.
    async fn register(&self, email: &str, name: &str) -> String {
        let command = Register {
            email: email.to_owned(),
            display_name: name.to_owned(),
            password_hash: HASH.clone(),
            illustrative: None,
        };
        let stranger = Actor::anonymous(Uuid::now_v7());
        let registered = self.database.execute(&stranger, &command).await.expect("an account");
        id::of(registered.value).to_string()
    }

    /// Signs in, as if the password had been given.
    fn sign_in(&self, id: &str, now: Instant) -> Session {
        let user_id: UserId = id::parse(&id.into()).expect("the identifier of an account");
        let access = self.keys.issue(user_id, now).expect("a token");
        Session {
            token: access.token,
            good: now..access.expires_at,
        }
    }
}

/// The hash of everybody's password; once for all of them is enough.
static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).expect("a hash"));

/// An access token and when it is good.
#[derive(Debug)]
struct Session {
    token: String,
    good: Range<Instant>,
}

impl Client {
    /// Somebody new, without any role.
    pub async fn persona(&self, name: &str) -> Persona {
        let email = address(name);
        let id = if let Some(side_door) = &self.side_door {
            side_door.register(&email, name).await
        } else {
            let input = json!({ "email": email, "displayName": name, "password": PASSWORD });
            let payload = self.mutate(None, "registerUser", input, "user { id }").await;
            text(&payload["user"]["id"])
        };
        Persona {
            id,
            email,
            session: Arc::default(),
        }
    }

    /// The administrator of the platform; the same one at every call.
    pub async fn as_admin(&self) -> Persona {
        self.admin.get_or_init(|| self.create_admin()).await.clone()
    }

    /// Somebody who reads everything.
    pub async fn as_auditor(&self) -> Persona {
        self.holder("Auditor", "AUDITOR", "PLATFORM", None).await
    }

    /// Somebody who writes the calls of a fund.
    pub async fn as_programme_manager(&self, fund_id: &str) -> Persona {
        self.holder("Programme manager", "PROGRAMME_MANAGER", "FUND", Some(fund_id))
            .await
    }

    /// Somebody who moves the money of a fund.
    pub async fn as_finance_officer(&self, fund_id: &str) -> Persona {
        self.holder("Finance officer", "FINANCE_OFFICER", "FUND", Some(fund_id))
            .await
    }

    /// Somebody who runs the committee of a call.
    pub async fn as_chair(&self, call_id: &str) -> Persona {
        self.holder("Chair", "COMMITTEE_CHAIR", "CALL", Some(call_id)).await
    }

    /// Somebody who evaluates applications in a call.
    pub async fn as_committee_member(&self, call_id: &str) -> Persona {
        self.holder("Committee member", "COMMITTEE_MEMBER", "CALL", Some(call_id))
            .await
    }

    /// Somebody who applies for an organisation, and the identifier of the organisation.
    pub async fn as_applicant(&self, siret: &str) -> (Persona, String) {
        let applicant = self.persona("Applicant").await;
        let name = format!("Organisation {siret}");
        let input = json!({ "name": name, "kind": "OPERATOR", "scheme": "FR_SIRET", "identifier": siret });
        let payload = self
            .mutate(&applicant, "createOrganisation", input, "organisation { id }")
            .await;
        (applicant, text(&payload["organisation"]["id"]))
    }

    /// Has the administrator grant a role: `PLATFORM` without a scope, or `FUND` or `CALL` with its identifier.
    pub async fn grant(&self, persona: &Persona, role: &str, scope_kind: &str, scope_id: Option<&str>) -> Value {
        let input = json!({ "userId": persona.id, "role": role, "scopeKind": scope_kind, "scopeId": scope_id });
        self.mutate(&self.as_admin().await, "grantRole", input, "roleGrant { id }")
            .await
    }

    /// An access token that is good at this moment. When the test has moved the clock, the person signs in again.
    pub async fn token(&self, persona: &Persona) -> String {
        let mut session = persona.session.lock().await;
        let now = self.clock.now();
        match &*session {
            Some(session) if session.good.contains(&now) => session.token.clone(),
            _ => {
                let begun = match &self.side_door {
                    Some(side_door) => side_door.sign_in(&persona.id, now),
                    None => self.log_in(&persona.email, now).await,
                };
                session.insert(begun).token.clone()
            }
        }
    }

    async fn log_in(&self, email: &str, now: Instant) -> Session {
        const LOG_IN: &str = "mutation($input: LogInInput!) {
            logIn(input: $input) { session { accessToken accessTokenExpiresAt } userErrors { code message } }
        }";
        let variables = json!({ "input": { "email": email, "password": PASSWORD } });
        let response = self.graphql(None, LOG_IN, variables).await;
        let session = &response["data"]["logIn"]["session"];
        assert!(session.is_object(), "{email} signs in and the answer is {response:#}");
        let expires_at = OffsetDateTime::parse(&text(&session["accessTokenExpiresAt"]), &Rfc3339).expect("an instant");
        Session {
            token: text(&session["accessToken"]),
            good: now..Instant::from(expires_at),
        }
    }

    async fn holder(&self, name: &str, role: &str, scope_kind: &str, scope_id: Option<&str>) -> Persona {
        let persona = self.persona(name).await;
        self.grant(&persona, role, scope_kind, scope_id).await;
        persona
    }

    /// The first administrator comes from the command line, so from its command.
    async fn create_admin(&self) -> Persona {
        let email = address("Administrator");
        let command = CreateAdmin {
            email: email.clone(),
            display_name: "Administrator".to_owned(),
            password_hash: HASH.clone(),
        };
        let database = match &self.side_door {
            Some(side_door) => side_door.database.clone(),
            None => self.storage.open(self.clock.clone()).await,
        };
        let created = database.execute(&Actor::system(), &command).await;
        let id = id::of(created.expect("an administrator").value).to_string();
        if self.side_door.is_none() {
            database.close().await.expect("the connections close");
        }
        Persona {
            id,
            email,
            session: Arc::default(),
        }
    }
}

/// An address that nobody else has, whatever the server and however often it was started.
fn address(name: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{}.{number}@example.org", name.to_lowercase().replace(' ', "."))
}
