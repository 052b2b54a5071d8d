//! Whatever is sent, the server answers: no status of a failure, no panic, and nothing of what it is made of.

use futures_util::{StreamExt, stream};
use reqwest::{Method, header};
use serde_json::{Map, Value, json};

use crate::flows::stage;
use crate::harness::{Client, TestApp, dice, on_both_databases};

on_both_databases![whatever_is_sent_the_server_answers_and_says_nothing_of_itself];

/// Requests in all.
const REQUESTS: usize = 10_000;
/// Requests at once.
const TOGETHER: usize = 8;

/// Documents that run, to begin from.
const DOCUMENTS: [&str; 8] = [
    "{ viewer { user { id email } roles { role } memberships { role organisation { name } } } }",
    "query Funds($first: Int = 3, $after: String) { funds(first: $first, after: $after) { totalCount edges { cursor \
     node { id code name calls(first: 2) { nodes { id code status } } } } pageInfo { hasNextPage endCursor } } }",
    "query Node($id: ID!) { node(id: $id) { __typename id ... on Call { code budget { available { amount } } } ... on \
     Application { ...Whole } } } fragment Whole on Application { title status revision call { code } }",
    "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id } }",
    "query Budget($node: ID!, $at: DateTime) { budget(node: $node, asOf: $at) { committed { amount minorUnits } } }",
    "query Series($node: ID!) { budgetSeries(node: $node, from: \"2026-01-01\", to: \"2026-03-31\", interval: MONTH) { \
     date budget { paid { amount } } } }",
    "mutation In($input: LogInInput!) { logIn(input: $input) { session { accessToken } userErrors { code message } } }",
    "{ __schema { types { name kind fields { name args { name defaultValue } } } } __type(name: \"Fund\") { name } }",
];

/// What would tell a stranger how the server is made.
const INSIDES: [&str; 18] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "sqlx",
    "sqlite",
    "SQLITE",
    "postgres",
    "sea_orm",
    "SeaORM",
    "sea-orm",
    "panicked",
    ".rs:",
    "::",
    "unwrap",
    "Option<",
    "/src/",
    "RUST_",
    "no such table",
];

async fn whatever_is_sent_the_server_answers_and_says_nothing_of_itself(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    let token = app.token(&stage.evaluator).await;
    let mut dice = dice();
    let words = words();
    let ids = [
        stage.call_id.as_str(),
        stage.application_id.as_str(),
        "",
        "x",
        "Q2FsbDox",
    ];
    let requests: Vec<Sent> = (0..REQUESTS).map(|_| Sent::draw(&mut dice, &words, &ids)).collect();
    let mut answers = stream::iter(requests)
        .map(|sent| async {
            let token = sent.signed_in.then_some(token.as_str());
            let answer = sent.send(&app, token).await;
            (sent, answer)
        })
        .buffer_unordered(TOGETHER);
    let mut refused = 0;
    while let Some((sent, (status, text))) = answers.next().await {
        assert!(status < 500, "{status}: {text}\nto {sent:?}");
        refused += usize::from(status != 200);
        let said = INSIDES
            .iter()
            .find(|inside| text.contains(**inside) && !sent.contains(inside));
        assert_eq!(said, None, "{text}\nto {sent:?}");
    }
    // Neither all sense nor all nonsense.
    assert!(
        (REQUESTS / 10..REQUESTS * 9 / 10).contains(&refused),
        "{refused} refused"
    );
    app.verify().await;
}

/// A request.
#[derive(Debug)]
struct Sent {
    method: Method,
    media: &'static str,
    url: String,
    body: Vec<u8>,
    signed_in: bool,
}

impl Sent {
    fn draw(dice: &mut fastrand::Rng, words: &[String], ids: &[&str]) -> Self {
        let document = document(dice, words);
        let variables = variables(dice, ids);
        let name = ["", "Node", "Budget", "Nobody"][dice.usize(..4)];
        let mut parameters = Map::from_iter([
            ("query".to_owned(), json!(document)),
            ("variables".to_owned(), variables),
        ]);
        if !name.is_empty() && dice.u8(..4) == 0 {
            parameters.insert("operationName".to_owned(), json!(name));
        }
        if dice.u8(..20) == 0 {
            parameters.insert(words[dice.usize(..words.len())].clone(), anything(dice, 3));
        }
        let by_url = dice.u8(..8) == 0;
        let mut body = Value::from(parameters.clone()).to_string().into_bytes();
        if dice.u8(..6) == 0 {
            spoil(dice, &mut body);
        }
        let query: Vec<String> = parameters
            .iter()
            .map(|(name, value)| {
                format!(
                    "{name}={}",
                    percent(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                )
            })
            .collect();
        Self {
            method: if by_url { Method::GET } else { Method::POST },
            media: ["application/json", "application/json", "application/json", "text/plain"][dice.usize(..4)],
            url: if by_url {
                format!("?{}", query.join("&"))
            } else {
                String::new()
            },
            body: if by_url { Vec::new() } else { body },
            signed_in: dice.bool(),
        }
    }

    async fn send(&self, app: &Client, token: Option<&str>) -> (u16, String) {
        let request = app
            .http
            .request(self.method.clone(), format!("{}/graphql{}", app.url, self.url));
        let request = request
            .header(header::CONTENT_TYPE, self.media)
            .header(header::ACCEPT, "application/graphql-response+json");
        let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
        let response = request.body(self.body.clone()).send().await;
        let response = response.unwrap_or_else(|error| panic!("{error}: {self:?}"));
        let status = response.status().as_u16();
        let bytes = response.bytes().await.expect("the whole answer");
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Whether it said so itself: a message may quote the document.
    fn contains(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.body).contains(text) || self.url.contains(&percent(text))
    }
}

/// A document, as it is or with a few of its words changed.
fn document(dice: &mut fastrand::Rng, words: &[String]) -> String {
    let document = DOCUMENTS[dice.usize(..DOCUMENTS.len())];
    let mut tokens: Vec<&str> = document.split_inclusive(|sign: char| !sign.is_alphanumeric()).collect();
    for _ in 0..dice.usize(..4) {
        let at = dice.usize(..tokens.len());
        match dice.u8(..6) {
            0 => drop(tokens.remove(at)),
            1 => tokens.insert(at, tokens[dice.usize(..tokens.len())]),
            2 => {
                let other = dice.usize(..tokens.len());
                tokens.swap(at, other);
            }
            3 => {
                tokens[at] = [
                    "{",
                    "}",
                    "(",
                    "\"",
                    "...",
                    "@skip(if: true)",
                    "$",
                    "-1",
                    "99999999999",
                    "null",
                ][dice.usize(..10)];
            }
            _ => tokens[at] = words[dice.usize(..words.len())].as_str(),
        }
    }
    // A word that took another's place has no blank after it.
    tokens.join(if dice.bool() { "" } else { " " })
}

fn variables(dice: &mut fastrand::Rng, ids: &[&str]) -> Value {
    let id = ids[dice.usize(..ids.len())];
    let input = json!({ "email": "nobody@example.org", "password": "not the right one" });
    let mut variables = json!({ "id": id, "node": id, "ids": [id, ids[0]], "first": 2, "input": input });
    if dice.u8(..3) == 0 {
        let name = ["id", "node", "ids", "first", "input", "at", "after"][dice.usize(..7)];
        variables[name] = anything(dice, 4);
    }
    variables
}

/// Any JSON.
fn anything(dice: &mut fastrand::Rng, depth: u8) -> Value {
    match dice.u8(..if depth == 0 { 7 } else { 9 }) {
        0 => Value::Null,
        1 => json!(dice.bool()),
        2 => json!(dice.i64(..)),
        3 => json!(dice.f64() * 1e300),
        4 => json!(
            [
                "2026-01-01",
                "2026-01-01T00:00:00Z",
                "9999-12-31T23:59:59Z",
                "-1",
                "\u{0}"
            ][dice.usize(..5)]
        ),
        5 => json!((0..dice.usize(..40)).map(|_| dice.char(..)).collect::<String>()),
        6 => json!("'; DROP TABLE fund; --"),
        7 => (0..dice.u8(..4)).map(|_| anything(dice, depth - 1)).collect(),
        _ => (0..dice.u8(..4))
            .map(|number| (format!("k{number}"), anything(dice, depth - 1)))
            .collect(),
    }
}

/// Changes a few bytes.
fn spoil(dice: &mut fastrand::Rng, body: &mut Vec<u8>) {
    for _ in 0..dice.usize(1..8) {
        let at = dice.usize(..body.len());
        match dice.u8(..3) {
            0 => body[at] = dice.u8(..),
            1 => body.truncate(at.max(1)),
            _ => body.insert(at, dice.u8(..)),
        }
    }
}

/// The names of the contract.
fn words() -> Vec<String> {
    let contract = include_str!("../../schema.graphql");
    let mut words: Vec<String> = contract
        .split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A text as a URL has it.
fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
