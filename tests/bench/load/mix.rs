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

/// What there is to ask about, and who asks.
pub struct Scene {
    pub journal: Journal,
    pub people: Vec<UserId>,
}

/// Asks, at random.
pub struct Mix {
    client: Client,
    url: String,
    keys: Keys,
    scene: Scene,
}

/// What came of a request.
#[derive(Debug)]
pub struct Answer {
    /// 0 if there was none.
    pub status: u16,
    /// Whether it says when to come again.
    pub announced: bool,
    /// Whether it is data and nothing else.
    is_whole: bool,
    pub time: Duration,
}

impl Answer {
    pub fn is_served(&self) -> bool {
        self.status == 200 && self.is_whole
    }
}

impl Mix {
    pub fn new(address: &str, keys: Keys, scene: Scene) -> Self {
        Self {
            client: Client::builder().timeout(PATIENCE).build().expect("a client"),
            url: format!("{address}/graphql"),
            keys,
            scene,
        }
    }

    /// Asks something, and waits for the answer.
    pub async fn ask(&self) -> Answer {
        let body = self.draw();
        let who = match fastrand::u8(..20) {
            // One of them asks as often as ten others together.
            0 => self.scene.people.first(),
            _ => fastrand::choice(&self.scene.people),
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
        let Ok(response) = sent else { return Answer::none(begun) };
        let status = response.status().as_u16();
        let announced = response.headers().contains_key(header::RETRY_AFTER);
        let Ok(answer) = response.json::<Value>().await else {
            return Answer::none(begun);
        };
        let refusals = &answer["data"]["redeployBudget"]["userErrors"];
        Answer {
            status,
            announced,
            is_whole: answer.get("errors").is_none() && refusals.as_array().is_none_or(Vec::is_empty),
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

impl Answer {
    fn none(begun: Instant) -> Self {
        Self {
            status: 0,
            announced: false,
            is_whole: false,
            time: begun.elapsed(),
        }
    }
}
