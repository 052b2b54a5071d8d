//! Whatever is sent, the server answers: no status of a failure, no panic, nothing that broke, and nothing of what it
//! is made of.

mod contract;
mod draw;

use futures_util::{StreamExt, stream};
use reqwest::{Method, header};
use serde_json::{Map, Value, json};

use crate::flows::stage;
use crate::harness::{Client, TestApp, dice, on_both_databases};
use contract::Contract;
use draw::{LONE, Scene};

on_both_databases![whatever_is_sent_the_server_answers_and_says_nothing_of_itself];

/// Requests in all.
const REQUESTS: usize = 10_000;
/// Requests at once.
const TOGETHER: usize = 8;

/// Bytes of a URL that the client does not send: it has no more than 65 534 in all.
const LONGEST_URL: usize = 65_000;

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
    let mut tokens = vec![None];
    for person in [
        &stage.evaluator,
        &stage.manager,
        &stage.finance,
        &stage.applicant,
        &app.as_admin().await,
    ] {
        tokens.push(Some(app.token(person).await));
    }
    let scene = Scene::new(
        &[
            &stage.fund_id,
            &stage.programme_id,
            &stage.call_id,
            &stage.application_id,
            &stage.organisation_id,
            &stage.assessment_id,
            &stage.evaluator.id,
        ],
        &stage.evaluator.email,
    );
    let contract = Contract::of(&app).await;
    let mut dice = dice();
    let requests: Vec<Sent> = (0..REQUESTS)
        .map(|_| Sent::draw(&mut dice, &scene, &contract, tokens.len()))
        .collect();
    let mut answers = stream::iter(requests)
        .map(|sent| async {
            let answer = sent.send(&app, tokens[sent.who].as_deref()).await;
            (sent, answer)
        })
        .buffer_unordered(TOGETHER);
    let (mut refused, mut ran) = (0, 0);
    while let Some((sent, (status, text))) = answers.next().await {
        assert!(status < 500, "{status}: {text}\nto {sent:?}");
        refused += usize::from(status != 200);
        let said = INSIDES
            .iter()
            .find(|inside| text.contains(**inside) && !sent.contains(inside));
        assert_eq!(said, None, "{text}\nto {sent:?}");
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}\nto {sent:?}"));
        let broken = answer["errors"]
            .as_array()
            .is_some_and(|errors| errors.iter().any(|error| error["extensions"]["code"] == "INTERNAL"));
        assert!(!broken, "{text}\nto {sent:?}");
        ran += usize::from(answer.get("data").is_some());
    }
    // Neither all sense nor all nonsense.
    assert!(
        (REQUESTS / 10..REQUESTS * 9 / 10).contains(&refused),
        "{refused} refused"
    );
    assert!(ran > REQUESTS / 4, "{ran} ran");
    app.verify().await;
}

/// A request.
struct Sent {
    method: Method,
    media: &'static str,
    url: String,
    body: Vec<u8>,
    who: usize,
}

impl std::fmt::Debug for Sent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(
            formatter,
            "{} {} {} {body:?} as {}",
            self.method, self.media, self.url, self.who
        )
    }
}

impl Sent {
    fn draw(dice: &mut fastrand::Rng, scene: &Scene, contract: &Contract, people: usize) -> Self {
        let mut sent = Self {
            method: Method::POST,
            media: if dice.u8(..16) == 0 {
                "text/plain"
            } else {
                "application/json"
            },
            url: String::new(),
            body: Vec::new(),
            who: dice.usize(..people),
        };
        if dice.u8(..12) == 0 {
            sent.body = (0..dice.usize(..300)).map(|_| dice.u8(..)).collect();
            return sent;
        }
        let parameters = parameters(dice, scene, contract);
        let by_url = Some(url(&parameters)).filter(|url| url.len() < LONGEST_URL && dice.u8(..8) == 0);
        if let Some(url) = by_url {
            sent.method = Method::GET;
            sent.url = url;
        } else {
            let text = Value::from(parameters).to_string();
            // No text of Rust has half of a pair, but one of JSON may.
            sent.body = text.replace(LONE, r"\ud800").into_bytes();
            if dice.u8(..8) == 0 {
                spoil(dice, &mut sent.body);
            }
        }
        sent
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

/// What a request says: a field of the contract with arguments of its types, or a document and variables of any.
fn parameters(dice: &mut fastrand::Rng, scene: &Scene, contract: &Contract) -> Map<String, Value> {
    let (document, variables) = if dice.bool() {
        contract.draw(dice, scene)
    } else {
        (scene.document(dice, &contract.words), scene.variables(dice))
    };
    let mut parameters = Map::from_iter([
        ("query".to_owned(), json!(document)),
        ("variables".to_owned(), variables),
    ]);
    if dice.u8(..24) == 0 {
        let name = ["", "Node", "Budget", "Nobody"][dice.usize(..4)];
        parameters.insert("operationName".to_owned(), json!(name));
    }
    if dice.u8(..24) == 0 {
        let word = dice.choice(&contract.words).expect("words");
        parameters.insert(word.clone(), scene.anything(dice, 3));
    }
    parameters
}

fn url(parameters: &Map<String, Value>) -> String {
    let pairs = parameters.iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{name}={}", percent(&text))
    });
    // The bytes of half of a pair are no text.
    let pairs = pairs.collect::<Vec<_>>().join("&");
    format!("?{}", pairs.replace(&percent(LONE), "%ed%a0%80"))
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

/// A text as a URL has it.
fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
