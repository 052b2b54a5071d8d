//! Queries by GET: what is public may be kept by caches, and nothing else.

use api::http::Door;
use reqwest::{Response, header};
use serde_json::{Value, json};

use crate::flows::stage;
use crate::harness::{Engine, Fixture, TestApp, TestDatabase, on_both_databases};

on_both_databases![
    what_anybody_may_read_is_kept_until_it_changes,
    what_somebody_may_read_is_kept_by_nobody,
    an_answer_that_is_compressed_says_so_to_caches_whoever_asks,
    a_tag_is_compared_however_weak,
    a_query_is_sent_by_get_as_by_post,
    a_query_by_head_is_answered_as_by_get_without_a_body,
    a_mutation_or_a_subscription_is_not_sent_by_get,
];

const CALLS: &str = "query Calls($first: Int!) { funds(first: $first) { nodes { name } } }";

async fn get(app: &TestApp, parameters: &[(&str, &str)], headers: &[(header::HeaderName, &str)]) -> Response {
    let mut url = reqwest::Url::parse(&format!("{}/graphql", app.url)).expect("an address");
    url.query_pairs_mut().extend_pairs(parameters);
    let request = headers
        .iter()
        .fold(app.http.get(url), |request, (name, value)| request.header(name, *value));
    request.send().await.expect("the server answers")
}

async fn json_of(response: Response) -> Value {
    response.json().await.expect("JSON")
}

async fn what_anybody_may_read_is_kept_until_it_changes(app: TestApp) {
    let parameters = [("query", CALLS), ("variables", r#"{"first":5}"#)];
    let first = get(&app, &parameters, &[]).await;
    assert_eq!(first.status(), 200);
    assert_eq!(first.headers()[header::CACHE_CONTROL], "public, no-cache");
    let vary = first
        .headers()
        .get_all(header::VARY)
        .iter()
        .map(|value| value.to_str().expect("a text"));
    assert!(
        vary.collect::<Vec<_>>()
            .join(", ")
            .contains("Authorization, Accept, Accept-Language")
    );
    let tag = first.headers()[header::ETAG].to_str().expect("a tag").to_owned();
    let answer = json_of(first).await;
    assert_eq!(answer["data"], json!({ "funds": { "nodes": [] } }));

    let known = [(header::IF_NONE_MATCH, tag.as_str())];
    let again = get(&app, &parameters, &known).await;
    assert_eq!(again.status(), 304);
    assert_eq!(again.headers()[header::ETAG], tag.as_str());
    assert!(again.bytes().await.expect("nothing").is_empty());

    stage::call_open(&app).await;
    let changed = get(&app, &parameters, &known).await;
    assert_eq!(changed.status(), 200);
    assert_ne!(changed.headers()[header::ETAG], tag.as_str());
}

async fn what_somebody_may_read_is_kept_by_nobody(app: TestApp) {
    let auditor = app.as_auditor().await;
    let bearer = format!("Bearer {}", app.token(&auditor).await);
    let parameters = [("query", CALLS), ("variables", r#"{"first":5}"#)];
    let own = get(&app, &parameters, &[(header::AUTHORIZATION, &bearer)]).await;
    assert_eq!(own.status(), 200);
    assert_eq!(own.headers()[header::CACHE_CONTROL], "private, no-store");
    assert_eq!(own.headers().get(header::ETAG), None);
    let failed = get(&app, &[("query", "{ nothing }")], &[]).await;
    assert_eq!(failed.headers()[header::CACHE_CONTROL], "private, no-store");
    assert_eq!(failed.headers().get(header::ETAG), None);
}

/// A server that lets the pages of one other site in.
struct Friendly(TestApp);

const FRIEND: &str = "https://grants.example.org";

impl Fixture for Friendly {
    async fn start(engine: Engine) -> Self {
        let door = Door {
            origins: vec![FRIEND.parse().expect("an origin")],
            ..Door::default()
        };
        Self(TestApp::behind(door, false, TestDatabase::migrated(engine).await).await)
    }
}

/// What an answer says that it depends on, in small letters.
fn vary(response: &Response) -> String {
    let lines = response.headers().get_all(header::VARY).iter();
    let lines: Vec<_> = lines.map(|line| line.to_str().expect("a text")).collect();
    lines.join(", ").to_lowercase()
}

async fn an_answer_that_is_compressed_says_so_to_caches_whoever_asks(Friendly(friendly): Friendly) {
    let plain = TestApp::on(TestDatabase::migrated(friendly.storage.engine).await).await;
    let parameters = [("query", CALLS), ("variables", r#"{"first":5}"#)];
    for (app, origin) in [
        (&plain, None),
        (&friendly, None),
        (&friendly, Some(FRIEND)),
        (&friendly, Some("https://evil.example.org")),
    ] {
        let mut headers = vec![(header::ACCEPT_ENCODING, "gzip")];
        headers.extend(origin.map(|origin| (header::ORIGIN, origin)));
        let full = get(app, &parameters, &headers).await;
        assert_eq!(full.status(), 200);
        assert_eq!(full.headers()[header::CONTENT_ENCODING], "gzip");
        assert!(vary(&full).contains("accept-encoding"), "{origin:?}: {}", vary(&full));
        let tag = full.headers()[header::ETAG].to_str().expect("a tag").to_owned();
        headers.push((header::IF_NONE_MATCH, &tag));
        let known = get(app, &parameters, &headers).await;
        assert_eq!(known.status(), 304);
        assert!(vary(&known).contains("accept-encoding"), "{origin:?}: {}", vary(&known));
        assert!(vary(&known).contains("authorization"), "{origin:?}: {}", vary(&known));
    }
}

async fn a_tag_is_compared_however_weak(app: TestApp) {
    let parameters = [("query", CALLS), ("variables", r#"{"first":5}"#)];
    let full = get(&app, &parameters, &[]).await;
    let weak = full.headers()[header::ETAG].to_str().expect("a tag").to_owned();
    let strong = weak.strip_prefix("W/").expect("a weak tag");
    for (known, status) in [
        (weak.as_str(), 304),
        (strong, 304),
        ("*", 304),
        (&format!("\"other\", {strong}"), 304),
        ("\"other\"", 200),
        ("W/\"other\"", 200),
    ] {
        let answer = get(&app, &parameters, &[(header::IF_NONE_MATCH, known)]).await;
        assert_eq!(answer.status(), status, "{known}");
    }
}

async fn a_query_by_head_is_answered_as_by_get_without_a_body(app: TestApp) {
    let parameters = [("query", CALLS), ("variables", r#"{"first":5}"#)];
    let by_get = get(&app, &parameters, &[]).await;
    let url = by_get.url().clone();
    let by_head = app.http.head(url).send().await.expect("the server answers");
    assert_eq!(by_head.status(), 200);
    for name in [
        header::ETAG,
        header::CACHE_CONTROL,
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
    ] {
        assert_eq!(by_head.headers().get(&name), by_get.headers().get(&name), "{name}");
    }
    assert!(by_head.bytes().await.expect("nothing").is_empty());
    assert!(!by_get.bytes().await.expect("an answer").is_empty());
    let nothing = app.http.head(format!("{}/graphql", app.url)).send().await;
    assert_eq!(nothing.expect("the server answers").status(), 400);
}

async fn a_query_is_sent_by_get_as_by_post(app: TestApp) {
    let document = "query A { __typename } query B($first: Int = 1) { funds(first: $first) { totalCount } }";
    let named = get(
        &app,
        &[
            ("query", document),
            ("operationName", "A"),
            ("variables", ""),
            ("extensions", ""),
        ],
        &[],
    )
    .await;
    assert_eq!(json_of(named).await["data"], json!({ "__typename": "Query" }));
    for wrong in [
        &[("query", document), ("variables", "{")][..],
        &[("query", document), ("variables", "[1]")],
        &[("query", document), ("extensions", "1")],
        &[("query", document), ("extensions", "[null]")],
        &[("query", document), ("query", document)],
        &[("operationName", "A")],
        &[],
    ] {
        let refused = get(&app, wrong, &[]).await;
        assert_eq!(refused.status(), 400, "{wrong:?}");
        assert_eq!(
            json_of(refused).await["errors"][0]["extensions"]["code"],
            "BAD_USER_INPUT"
        );
    }
}

async fn a_mutation_or_a_subscription_is_not_sent_by_get(app: TestApp) {
    let mutation = get(&app, &[("query", "mutation { __typename }")], &[]).await;
    assert_eq!(mutation.status(), 405);
    assert_eq!(mutation.headers()[header::ALLOW], "POST");
    // Which of the two is meant decides, and not which is there.
    let both = "query A { __typename } mutation B { __typename }";
    let query = get(&app, &[("query", both), ("operationName", "A")], &[]).await;
    assert_eq!(query.status(), 200);
    let mutation = get(&app, &[("query", both), ("operationName", "B")], &[]).await;
    assert_eq!(mutation.status(), 405);
}
