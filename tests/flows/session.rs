//! Registering, signing in, and staying signed in.

use serde_json::{Value, json};
use time::{Duration, macros::datetime};

use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    a_person_registers_signs_in_and_is_the_viewer,
    an_address_has_one_account,
    a_wrong_password_and_an_unknown_address_are_answered_alike,
    a_token_that_is_not_good_is_never_taken_for_none,
    an_access_token_expires_and_is_refreshed,
    a_refresh_token_expires_when_it_is_not_used,
    a_refresh_token_used_twice_ends_the_session,
    whoever_signs_out_stays_out,
];

const PASSWORD: &str = "a password of more than fifteen letters";
const VIEWER: &str = "{ viewer { user { email displayName } memberships { role } roles { role } } }";

async fn a_person_registers_signs_in_and_is_the_viewer(app: TestApp) {
    register(&app, "Ada@Example.org").await;
    let session = log_in(&app, "ada@example.org").await;
    let answer = app.graphql(Some(&session.access), VIEWER, Value::Null).await;
    let ada = json!({ "email": "ada@example.org", "displayName": "Ada" });
    assert_eq!(
        answer["data"]["viewer"],
        json!({ "user": ada, "memberships": [], "roles": [] })
    );
    let answer = app.graphql(None, VIEWER, Value::Null).await;
    assert_eq!(answer["data"], json!({ "viewer": null }), "a stranger is nobody");
    app.verify().await;
}

async fn an_address_has_one_account(app: TestApp) {
    register(&app, "ada@example.org").await;
    let input = json!({ "email": "ADA@example.org", "displayName": "Another Ada", "password": PASSWORD });
    assert_eq!(
        app.mutation_reasons(None, "registerUser", input).await,
        ["ALREADY_EXISTS email"]
    );
}

async fn a_wrong_password_and_an_unknown_address_are_answered_alike(app: TestApp) {
    register(&app, "ada@example.org").await;
    let attempt = async |email: &str, password: &str| {
        let input = json!({ "email": email, "password": password });
        app.attempt(None, "logIn", input, "session { accessToken }").await
    };
    let wrong = attempt("ada@example.org", "not her password, though long").await;
    let reasons = wrong["data"]["logIn"]["userErrors"].as_array().expect("reasons");
    assert_eq!((reasons.len(), &reasons[0]["code"]), (1, &json!("INVALID_CREDENTIALS")));
    assert_eq!(wrong["data"]["logIn"]["session"], Value::Null);
    assert_eq!(attempt("nobody@example.org", PASSWORD).await, wrong);
    assert_eq!(attempt("no address at all", PASSWORD).await, wrong);
}

async fn a_token_that_is_not_good_is_never_taken_for_none(app: TestApp) {
    register(&app, "ada@example.org").await;
    let good = log_in(&app, "ada@example.org").await.access;
    let (signed, signature) = good.rsplit_once('.').expect("a signed token");
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{signed}.{first}{}", &signature[1..]);
    for token in ["", "nonsense", &forged, &good[1..]] {
        let response = app.request(None, VIEWER, &Value::Null).bearer_auth(token).send().await;
        let response = response.expect("the server answers");
        assert_eq!(response.status(), 401, "{token}");
        let answer: Value = serde_json::from_str(&response.text().await.expect("the answer")).expect("JSON");
        assert_eq!(code(&answer), "UNAUTHENTICATED", "{token}");
        assert_eq!(answer.get("data"), None, "{token}");
    }
}

async fn an_access_token_expires_and_is_refreshed(app: TestApp) {
    app.clock.set(datetime!(2018-06-20 08:00 UTC));
    register(&app, "ada@example.org").await;
    let session = log_in(&app, "ada@example.org").await;
    app.clock.set(datetime!(2018-06-20 08:14 UTC));
    assert!(is_signed_in(&app, &session.access).await);
    app.clock.set(datetime!(2018-06-20 08:16 UTC));
    assert!(!is_signed_in(&app, &session.access).await, "after 15 minutes");
    let next = refresh(&app, &session.refresh).await.expect("the session goes on");
    assert!(is_signed_in(&app, &next.access).await);
}

async fn a_refresh_token_expires_when_it_is_not_used(app: TestApp) {
    register(&app, "ada@example.org").await;
    let session = log_in(&app, "ada@example.org").await;
    app.clock.advance(Duration::days(29));
    let session = refresh(&app, &session.refresh).await.expect("29 days are not 30");
    app.clock.advance(Duration::days(29));
    let session = refresh(&app, &session.refresh)
        .await
        .expect("counted from the last use");
    app.clock.advance(Duration::days(31));
    assert_eq!(
        refresh(&app, &session.refresh).await.err().as_deref(),
        Some("UNAUTHENTICATED")
    );
}

async fn a_refresh_token_used_twice_ends_the_session(app: TestApp) {
    register(&app, "ada@example.org").await;
    let first = log_in(&app, "ada@example.org").await;
    let other = log_in(&app, "ada@example.org").await;
    let second = refresh(&app, &first.refresh).await.expect("the first use");
    assert_eq!(
        refresh(&app, &first.refresh).await.err().as_deref(),
        Some("UNAUTHENTICATED")
    );
    let copied = refresh(&app, &second.refresh).await;
    assert_eq!(
        copied.err().as_deref(),
        Some("UNAUTHENTICATED"),
        "whichever of the two was the thief, the session is over"
    );
    refresh(&app, &other.refresh)
        .await
        .expect("another session of hers goes on");
    log_in(&app, "ada@example.org").await;
    let unknown = refresh(&app, "never issued").await;
    assert_eq!(unknown.err().as_deref(), Some("UNAUTHENTICATED"));
    app.verify().await;
}

async fn whoever_signs_out_stays_out(app: TestApp) {
    register(&app, "ada@example.org").await;
    let session = log_in(&app, "ada@example.org").await;
    let input = json!({ "refreshToken": session.refresh });
    app.mutate(None, "logOut", input, "").await;
    assert_eq!(
        refresh(&app, &session.refresh).await.err().as_deref(),
        Some("UNAUTHENTICATED")
    );
}

struct Session {
    access: String,
    refresh: String,
}

impl Session {
    fn of(payload: &Value) -> Self {
        Self {
            access: text(&payload["session"]["accessToken"]),
            refresh: text(&payload["session"]["refreshToken"]),
        }
    }
}

async fn register(app: &TestApp, email: &str) {
    let input = json!({ "email": email, "displayName": "Ada", "password": PASSWORD });
    app.mutate(None, "registerUser", input, "").await;
}

async fn log_in(app: &TestApp, email: &str) -> Session {
    let input = json!({ "email": email, "password": PASSWORD });
    let selection = "session { accessToken refreshToken }";
    Session::of(&app.mutate(None, "logIn", input, selection).await)
}

/// The session that goes on, or the code of the error.
async fn refresh(app: &TestApp, token: &str) -> Result<Session, String> {
    let input = json!({ "refreshToken": token });
    let selection = "session { accessToken refreshToken }";
    let answer = app.attempt(None, "refreshSession", input, selection).await;
    if answer["data"]["refreshSession"].is_object() {
        Ok(Session::of(&answer["data"]["refreshSession"]))
    } else {
        Err(code(&answer))
    }
}

async fn is_signed_in(app: &TestApp, token: &str) -> bool {
    let answer = app.graphql(Some(token), VIEWER, Value::Null).await;
    if answer.get("errors").is_some() {
        assert_eq!(code(&answer), "UNAUTHENTICATED");
    }
    answer["data"]["viewer"].is_object()
}

fn code(answer: &Value) -> String {
    text(&answer["errors"][0]["extensions"]["code"])
}
