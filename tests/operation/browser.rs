//! What browsers are told: who is let in from other sites, and what no page may do.

use api::http::{Door, TrustedProxies};
use reqwest::header::{self, HeaderMap};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Engine, TestApp, TestDatabase};

const FRIEND: &str = "https://grants.example.org";
const STRANGER: &str = "https://evil.example.org";

/// A server that lets the pages of one other site in, and believes proxies of this machine.
async fn server(production: bool) -> TestApp {
    let door = Door {
        origins: vec![FRIEND.parse().expect("an origin")],
        trusted_proxies: TrustedProxies::new(vec!["127.0.0.0/8".parse().expect("a network")]),
        ..Door::default()
    };
    TestApp::behind(door, production, TestDatabase::migrated(Engine::Sqlite).await).await
}

/// The question that a browser asks before it sends a request of a page.
async fn preflight(app: &TestApp, origin: &str, method: &str, headers: &str) -> Response {
    let request = app
        .http
        .request(Method::OPTIONS, format!("{}/graphql", app.url))
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, method)
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, headers);
    request.send().await.expect("the server answers")
}

async fn get(app: &TestApp, path: &str) -> Response {
    let request = app.http.get(format!("{}{path}", app.url));
    request.send().await.expect("the server answers")
}

/// The names of the headers that open something to other sites.
fn openings(headers: &HeaderMap) -> Vec<&str> {
    let names = headers.keys().map(header::HeaderName::as_str);
    names
        .filter(|name| name.starts_with("access-control-") && *name != "access-control-expose-headers")
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_a_named_site_are_let_in_and_others_are_not() {
    let app = server(false).await;
    let wanted = "authorization,content-type,accept,accept-language";
    let let_in = preflight(&app, FRIEND, "POST", wanted).await;
    assert_eq!(let_in.status(), StatusCode::OK);
    let headers = let_in.headers();
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], FRIEND);
    assert_eq!(headers[header::ACCESS_CONTROL_MAX_AGE], "7200");
    assert_eq!(headers.get(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
    let methods = headers[header::ACCESS_CONTROL_ALLOW_METHODS].to_str().expect("a text");
    let mut methods: Vec<_> = methods.split(", ").collect();
    methods.sort_unstable();
    assert_eq!(methods, ["GET", "OPTIONS", "POST"]);

    for (origin, method, wanted) in [
        (STRANGER, "POST", "content-type"),
        ("null", "POST", "content-type"),
        ("https://grants.example.org.evil.example.org", "POST", "content-type"),
        (FRIEND, "DELETE", "content-type"),
        (FRIEND, "POST", "x-anything"),
    ] {
        let refused = preflight(&app, origin, method, wanted).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{origin} {method} {wanted}");
        assert_eq!(
            openings(refused.headers()),
            Vec::<&str>::new(),
            "{origin} {method} {wanted}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_page_of_a_named_site_reads_an_answer() {
    let app = server(false).await;
    let ask = async |origin: &str| {
        let request = app.request(None, "{ __typename }", &Value::Null);
        let request = request.header(header::ORIGIN, origin);
        request.send().await.expect("the server answers")
    };
    let answer = ask(FRIEND).await;
    let headers = answer.headers();
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], FRIEND);
    let exposed = headers[header::ACCESS_CONTROL_EXPOSE_HEADERS].to_str().expect("a text");
    for name in ["x-request-id", "retry-after", "etag"] {
        assert!(exposed.contains(name), "{exposed}");
    }
    let vary = headers[header::VARY].to_str().expect("a text").to_lowercase();
    for name in ["authorization", "accept-language", "origin"] {
        assert!(vary.contains(name), "{vary}");
    }
    assert_eq!(openings(ask(STRANGER).await.headers()), Vec::<&str>::new());
    // A form of another site can be sent without asking first: it is not JSON, and nothing of it runs.
    let form = app
        .http
        .post(format!("{}/graphql", app.url))
        .header(header::ORIGIN, STRANGER);
    let form = form.header(header::CONTENT_TYPE, "text/plain");
    let form = form.body(json!({ "query": "{ __typename }" }).to_string()).send().await;
    assert_eq!(
        form.expect("the server answers").status(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_let_in_who_was_not_named() {
    let app = TestApp::on(TestDatabase::migrated(Engine::Sqlite).await).await;
    let refused = preflight(&app, FRIEND, "POST", "content-type").await;
    assert!(!refused.status().is_success());
    assert_eq!(openings(refused.headers()), Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_says_what_no_page_may_do() {
    for production in [false, true] {
        let app = server(production).await;
        let mut answers = vec![
            app.request(None, "{ __typename }", &Value::Null)
                .send()
                .await
                .expect("an answer"),
            app.request(None, "{", &Value::Null).send().await.expect("an answer"),
            preflight(&app, FRIEND, "POST", "content-type").await,
            preflight(&app, STRANGER, "POST", "content-type").await,
        ];
        for path in [
            "/healthz",
            "/readyz",
            "/graphql",
            "/metrics",
            "/nothing",
            "/graphql/nothing",
        ] {
            answers.push(get(&app, path).await);
        }
        for answer in answers {
            let (headers, url) = (answer.headers(), answer.url());
            let policy = "default-src 'none'; frame-ancestors 'none'";
            assert_eq!(headers[header::CONTENT_SECURITY_POLICY], policy, "{url}");
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{url}");
            assert_eq!(headers[header::REFERRER_POLICY], "no-referrer", "{url}");
            assert_eq!(headers["cross-origin-resource-policy"], "same-origin", "{url}");
            assert_eq!(headers.get(header::STRICT_TRANSPORT_SECURITY), None, "{url}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_came_over_tls_is_told_to_come_so_again() {
    let app = server(true).await;
    let plain = TestApp::on(TestDatabase::migrated(Engine::Sqlite).await).await;
    let is_told = async |app: &TestApp, scheme: &str| {
        let request = app.http.get(format!("{}/healthz", app.url));
        let answer = request.header("x-forwarded-proto", scheme).send().await;
        let answer = answer.expect("the server answers");
        answer.headers().contains_key(header::STRICT_TRANSPORT_SECURITY)
    };
    assert!(is_told(&app, "https").await);
    assert!(!is_told(&app, "http").await);
    assert!(!is_told(&plain, "https").await, "of nobody who is not a trusted proxy");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_editor_runs_its_own_script_and_no_other() {
    let app = server(false).await;
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let page = get(&app, "/").await;
        let policy = page.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("a text");
        let policy = policy.to_owned();
        let number = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
        let number = number.expect("a number").to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'nonce-"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        let text = page.text().await.expect("a page");
        assert!(text.contains(&format!("<script nonce=\"{number}\">")), "{text}");
        numbers.push(number);
    }
    assert_ne!(numbers[0], numbers[1], "a number is used once");
    assert_eq!(get(&server(true).await, "/").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_there_is_not_is_answered_in_plain_text() {
    let app = server(true).await;
    for path in ["/", "/nothing", "/graphql/", "/..%2f", "/metrics"] {
        let answer = get(&app, path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(
            answer.headers()[header::CONTENT_TYPE],
            "text/plain; charset=utf-8",
            "{path}"
        );
        assert_eq!(answer.text().await.expect("a text"), "not found\n", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_asks_for_no_more_requests() {
    let app = server(true).await;
    assert_eq!(get(&app, "/readyz").await.status(), StatusCode::OK);
    app.app.begin_to_stop();
    assert_eq!(get(&app, "/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(get(&app, "/healthz").await.status(), StatusCode::OK, "it lives");
}
