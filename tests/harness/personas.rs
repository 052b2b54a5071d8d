//! People, each with an account and the role that a test needs, made as they would be: over HTTP.

use std::{
    ops::Range,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use domain::{
    Actor,
    identity::{commands::CreateAdmin, password},
};
use entity::value::Instant;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::sync::Mutex;

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
        let input = json!({ "email": email, "displayName": name, "password": PASSWORD });
        let payload = self.mutate(None, "registerUser", input, "user { id }").await;
        Persona {
            id: text(&payload["user"]["id"]),
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
            _ => session.insert(self.log_in(&persona.email, now).await).token.clone(),
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
        // Hashing takes its time by design; once for all tests is enough.
        static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).expect("a hash"));
        let email = address("Administrator");
        let display_name = "Administrator".to_owned();
        let command = CreateAdmin {
            email: email.clone(),
            display_name,
            password_hash: HASH.clone(),
        };
        let database = self.storage.open(self.clock.clone()).await;
        database
            .execute(&Actor::system(), &command)
            .await
            .expect("an administrator");
        database.close().await.expect("the connections close");
        let session = self.log_in(&email, self.clock.now()).await;
        let viewer = self
            .graphql(Some(&session.token), "{ viewer { user { id } } }", Value::Null)
            .await;
        let id = text(&viewer["data"]["viewer"]["user"]["id"]);
        Persona {
            id,
            email,
            session: Arc::new(Mutex::new(Some(session))),
        }
    }
}

/// An address that nobody else has, whatever the server and however often it was started.
fn address(name: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{}.{number}@example.org", name.to_lowercase().replace(' ', "."))
}
