//! What is asked under load: mostly dashboards, some lists, some money moved, some strangers, and one who never stops.

use std::time::{Duration, Instant};

use api::{Keys, graphql::id};
use domain::Clock;
use entity::value::UserId;
use reqwest::{Client, header};
use serde_json::{Value, json};

use crate::program::redeployment;
use crate::stage::Journal;

const BUDGET: &str = "query($node: ID!) { budget(node: $node) { opened { amount } committed { amount } paid { amount } \
                      available { amount } commitmentRateBasisPoints } }";
const AS_OF: &str = "query($node: ID!, $at: DateTime!) { budget(node: $node, asOf: $at) { committed { amount } } }";
const AWARDS: &str =
    "query($call: String!) { call(code: $call) { awards(first: 20) { totalCount nodes { id title status } } } }";
const FUNDS: &str = "{ funds(first: 10) { nodes { code name calls(first: 20) { nodes { code title status } } } } }";
const REDEPLOY: &str =
    "mutation($input: RedeployBudgetInput!) { redeployBudget(input: $input) { userErrors { message } } }";

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a connection is kept that nothing is sent on. Well below what the program keeps it for: a request on one
/// that it is just closing would have no answer.
const IDLE: Duration = Duration::from_secs(1);
/// How much is kept of an answer that was not to come, in characters.
const EXCERPT: usize = 300;

/// What there is to ask about, and who asks.
pub struct Scene {
    pub journal: Journal,
    pub people: Vec<UserId>,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// Anybody.
    Anybody,
    /// One and the same person, who sends more than anybody may.
    Insatiable,
}

/// Asks, at random.
pub struct Mix {
    client: Client,
    url: String,
    keys: Keys,
    scene: Scene,
}

/// What came of a request, and how long that took.
#[derive(Debug)]
pub struct Answer {
    pub outcome: Outcome,
    /// Whether it says when to come again.
    pub announced: bool,
    pub time: Duration,
}

/// What came of a request.
#[derive(Debug)]
pub enum Outcome {
    /// Data and nothing else.
    Served,
    /// Turned away for the number of requests of one caller: 429.
    Limited,
    /// Turned away because there was too much to do: 503.
    Busy,
    /// A field of it was turned away: 200, and `UNAVAILABLE` in its place, as when too many wait for one ledger.
    Unavailable,
    /// What was not to come: the status and the text, or why there is none.
    Other(String),
}

impl Outcome {
    fn of(status: u16, text: &str) -> Self {
        let answer: Value = serde_json::from_str(text).unwrap_or_default();
        let refusals = &answer["data"]["redeployBudget"]["userErrors"];
        let is_refused = refusals.as_array().is_some_and(|refusals| !refusals.is_empty());
        let unavailable = |error: &Value| error["extensions"]["code"] == "UNAVAILABLE";
        match (status, answer["errors"].as_array()) {
            (200, None) if answer["data"].is_object() && !is_refused => Self::Served,
            (200, Some(errors)) if errors.iter().all(unavailable) => Self::Unavailable,
            (429, _) => Self::Limited,
            (503, _) => Self::Busy,
            _ => Self::Other(format!("{status} {}", text.chars().take(EXCERPT).collect::<String>())),
        }
    }
}

impl Answer {
    pub fn is_served(&self) -> bool {
        matches!(self.outcome, Outcome::Served)
    }
}

impl Mix {
    pub fn new(address: &str, keys: Keys, scene: Scene) -> Self {
        Self {
            client: Client::builder()
                .timeout(PATIENCE)
                .pool_idle_timeout(IDLE)
                .build()
                .expect("a client"),
            url: format!("{address}/graphql"),
            keys,
            scene,
        }
    }

    /// Asks something, and waits for the answer.
    pub async fn ask(&self, who: Who) -> Answer {
        let body = self.draw();
        let (insatiable, others) = self.scene.people.split_first().expect("people");
        let who = match who {
            Who::Insatiable => Some(insatiable),
            Who::Anybody => fastrand::choice(others),
        };
        let request = self
            .client
            .post(&self.url)
            .header(header::ACCEPT, "application/graphql-response+json");
        let token = self.keys.issue(*who.expect("people"), Clock::system().now());
        let begun = Instant::now();
        let sent = request
            .bearer_auth(token.expect("a token").token)
            .json(&body)
            .send()
            .await;
        let (outcome, announced) = match sent {
            Ok(response) => {
                let status = response.status().as_u16();
                let announced = response.headers().contains_key(header::RETRY_AFTER);
                let outcome = match response.text().await {
                    Ok(text) => Outcome::of(status, &text),
                    Err(error) => Outcome::Other(format!("{status}, cut short: {error:?}")),
                };
                (outcome, announced)
            }
            Err(error) => (Outcome::Other(format!("no answer: {error:?}")), false),
        };
        Answer {
            outcome,
            announced,
            time: begun.elapsed(),
        }
    }

    fn draw(&self) -> Value {
        let journal = &self.scene.journal;
        let call = fastrand::choice(&journal.calls).expect("calls");
        let node = if fastrand::bool() {
            id::of(*call)
        } else {
            id::of(journal.fund)
        };
        match fastrand::u8(..100) {
            0..55 => json!({ "query": BUDGET, "variables": { "node": node } }),
            55..70 => {
                let at = Clock::system().now().0 / 1_000_000 - fastrand::i64(0..300);
                let at = time::OffsetDateTime::from_unix_timestamp(at).expect("an instant");
                let at = at
                    .format(&time::format_description::well_known::Rfc3339)
                    .expect("a text");
                json!({ "query": AS_OF, "variables": { "node": node, "at": at } })
            }
            70..80 => json!({ "query": AWARDS, "variables": { "call": "FUND-0-0" } }),
            80..90 => json!({ "query": FUNDS }),
            _ => json!({ "query": REDEPLOY, "variables": { "input": redeployment(&journal.redeploy()) } }),
        }
    }
}
