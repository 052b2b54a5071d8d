//! Passwords: how often they are guessed at, and hashed.

use std::fmt::Write;
use std::num::NonZeroU32;

use api::Settings;
use api::http::{Door, TrustedProxies};
use api::traffic::Capacity;
use serde_json::{Value, json};

use crate::harness::{Engine, Fixture, TestApp, TestDatabase, mutation, on_both_databases};

on_both_databases![
    a_password_is_guessed_at_slowly,
    an_address_has_few_passwords_hashed_however_it_asks,
    the_owner_of_an_account_signs_in_while_strangers_guess,
];

const PASSWORD: &str = "a long enough password";

async fn a_password_is_guessed_at_slowly(app: TestApp) {
    let guess = async |email: &str| {
        let input = json!({ "email": email, "password": "not the right one" });
        app.ask(None, &mutation("logIn", ""), json!({ "input": input })).await
    };
    let wrong = |answer: &Value| answer["data"]["logIn"]["userErrors"][0].is_object();
    for attempt in 0..10 {
        // However the address is written.
        let email = if attempt % 2 == 0 {
            "ada@example.org"
        } else {
            " Ada@Example.org"
        };
        let answer = guess(email).await;
        assert!(wrong(&answer), "{answer:#}");
    }
    let answer = guess("ada@example.org").await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "RATE_LIMITED", "{answer:#}");
    assert_eq!(error["path"], json!(["logIn"]));
    let another = guess("bob@example.org").await;
    assert!(wrong(&another), "{another:#}");
}

/// A server that hashes a password a second of one address, thirty at once.
struct Strict(TestApp);

impl Fixture for Strict {
    async fn start(engine: Engine) -> Self {
        let capacity = Capacity {
            requests_per_second: None,
            passwords_per_second: NonZeroU32::new(1),
            ..Capacity::default()
        };
        let settings = Settings {
            capacity,
            ..Settings::default()
        };
        Self(TestApp::with(TestDatabase::migrated(engine).await, settings).await)
    }
}

/// The codes of the errors of an answer.
fn codes(answer: &Value) -> Vec<&Value> {
    let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| &error["extensions"]["code"]).collect()
}

async fn an_address_has_few_passwords_hashed_however_it_asks(Strict(app): Strict) {
    // Of accounts that nobody has tried yet, twenty in a request.
    let mut document = String::new();
    for number in 0..20 {
        let input = format!("{{ email: \"nobody.{number}@example.org\", password: \"not the right one\" }}");
        write!(
            document,
            "a{number}: logIn(input: {input}) {{ userErrors {{ code }} }} "
        )
        .expect("a text");
    }
    let document = format!("mutation {{ {document} }}");
    let first = app.ask(None, &document, Value::Null).await;
    assert_eq!(codes(&first), Vec::<&Value>::new(), "{first:#}");
    let second = app.ask(None, &document, Value::Null).await;
    let refused = codes(&second);
    // On a slow machine some have come back meanwhile.
    assert!(!refused.is_empty() && refused.len() <= 10, "{second:#}");
    assert!(refused.iter().all(|code| *code == "RATE_LIMITED"), "{second:#}");
    let wait = &second["errors"][0]["extensions"]["retryAfterSeconds"];
    assert!(wait.is_u64(), "{second:#}");

    // To register takes one, too, and to be refused for another reason none.
    let register = async |number: u32, password: &str| {
        let email = format!("ada.{number}@example.org");
        let input = json!({ "email": email, "displayName": "Ada", "password": password });
        let register = mutation("registerUser", "user { id }");
        app.ask(None, &register, json!({ "input": input })).await
    };
    let mut is_limited = false;
    for number in 0..100 {
        is_limited = codes(&register(number, PASSWORD).await) == ["RATE_LIMITED"];
        if is_limited {
            break;
        }
    }
    assert!(is_limited);
    let invalid = register(100, "short").await;
    assert_eq!(
        invalid["data"]["registerUser"]["userErrors"][0]["code"], "VALIDATION",
        "{invalid:#}"
    );
}

/// A server that believes a proxy of this machine where its clients are.
struct Proxied(TestApp);

impl Fixture for Proxied {
    async fn start(engine: Engine) -> Self {
        let door = Door {
            trusted_proxies: TrustedProxies::new(vec!["127.0.0.0/8".parse().expect("a network")]),
            ..Door::default()
        };
        Self(TestApp::behind(door, false, TestDatabase::migrated(engine).await).await)
    }
}

impl Proxied {
    async fn log_in(&self, address: &str, password: &str) -> Value {
        let variables = json!({ "input": { "email": "ada@example.org", "password": password } });
        let request = self
            .0
            .request(None, &mutation("logIn", "session { accessToken }"), &variables)
            .header("x-forwarded-for", address);
        let answer = request.send().await.expect("the server answers");
        answer.json().await.expect("JSON")
    }

    async fn gets_in(&self, address: &str) -> bool {
        let answer = self.log_in(address, PASSWORD).await;
        answer["data"]["logIn"]["session"]["accessToken"].is_string()
    }
}

async fn the_owner_of_an_account_signs_in_while_strangers_guess(app: Proxied) {
    let input = json!({ "email": "ada@example.org", "displayName": "Ada", "password": PASSWORD });
    app.0.mutate(None, "registerUser", input, "user { id }").await;
    assert!(app.gets_in("192.0.2.1").await);
    // Ten from each of so many networks that none is let guess any more.
    let mut refused = false;
    for network in 0..20 {
        for _ in 0..10 {
            let answer = app.log_in(&format!("198.51.100.{network}"), "not the right one").await;
            refused = codes(&answer) == ["RATE_LIMITED"];
        }
        if refused {
            break;
        }
    }
    assert!(refused);
    assert!(app.gets_in("192.0.2.1").await, "the owner, from where they did before");
    let mut strangers = Vec::new();
    // One guess comes back every three seconds.
    for _ in 0..5 {
        strangers.push(app.log_in("203.0.113.1", "not the right one").await);
    }
    let refused = strangers.iter().filter(|answer| codes(answer) == ["RATE_LIMITED"]);
    assert!(refused.count() > 0, "{strangers:#?}");
}
