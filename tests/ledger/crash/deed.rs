//! A mutation that moves money, with its key, and what it does to budgets.

use entity::value::UserId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::venue::{Node, Venue};
use crate::flows::stage::{Fund, envelope_input, euros, with};
use crate::harness::{Client, mutation};
use crate::ledger::{job::Job, user};

/// What is available, reserved and ordered under a node, in cents.
pub type Figures = [i64; 3];

/// What moved, and what was left: a repeat answers the same.
const POSTINGS: &str = "replayed postings { kind amount { minorUnits }
    debit { balance { minorUnits } } credit { balance { minorUnits } } }";

/// One request and what comes of it.
#[derive(Clone, Debug)]
pub struct Deed {
    name: &'static str,
    /// What it asks about the object it changes.
    object: &'static str,
    input: Value,
    pub who: UserId,
    /// What it adds to the figures of which nodes; nothing when it is to be refused.
    pub effect: Vec<(Uuid, Figures)>,
    /// Whether nobody has as much as it asks for.
    refused: bool,
}

/// What a server said of a deed.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether it said the same before.
    pub replayed: bool,
    /// The payload, without that.
    pub payload: Value,
}

impl Deed {
    /// Opens more of an envelope.
    pub fn open(venue: &Venue, fund: &Node, cents: i64) -> Self {
        let input = envelope_input(&fund.id, "0.00");
        Self {
            name: "openEnvelope",
            object: "fund { code }",
            input: with(input, json!({ "amount": amount(cents) })),
            who: venue.officer(fund),
            effect: vec![(fund.uuid, [cents, 0, 0])],
            refused: false,
        }
    }

    /// Hands budget down to a programme or a call.
    pub fn allocate(venue: &Venue, to: &Node, cents: i64) -> Self {
        let input = Fund::allocation_input(&to.id, "0.00");
        Self {
            name: "allocateBudget",
            object: "programme { code } call { code }",
            input: with(input, json!({ "amount": amount(cents) })),
            who: venue.officer(to),
            effect: vec![(to.uuid, [cents, 0, 0])],
            refused: false,
        }
    }

    /// Takes budget back from a programme or a call.
    pub fn deallocate(venue: &Venue, from: &Node, cents: i64) -> Self {
        let mut deed = Self::allocate(venue, from, cents);
        let fields = deed.input.as_object_mut().expect("an input");
        let holder = fields.remove("to").expect("a holder");
        fields.insert("from".to_owned(), holder);
        Self {
            name: "deallocateBudget",
            effect: vec![(from.uuid, [-cents, 0, 0])],
            ..deed
        }
    }

    /// Asks for more than there is.
    pub fn overdraw(venue: &Venue, to: &Node) -> Self {
        let effect = Vec::new();
        Self {
            effect,
            refused: true,
            ..Self::allocate(venue, to, 9_999_999_900)
        }
    }

    /// Adopts a decision, of 1 000 euros, or orders a payment, of 100.
    pub fn of(venue: &Venue, job: Job) -> Self {
        let (object, change) = match job.name {
            "adoptDecision" => ("decision { status adoptedAt award { id } }", [-100_000, 100_000, 0]),
            "orderPayment" => ("paymentRequest { status orderedAt }", [0, 0, 10_000]),
            other => panic!("{other} is not prepared for"),
        };
        Self {
            name: job.name,
            object,
            input: job.input,
            who: user(&job.who),
            effect: venue.above_an_award(change),
            refused: false,
        }
    }

    pub fn key(&self) -> &str {
        self.input["idempotencyKey"].as_str().expect("a key")
    }

    /// What the server answers; `None` when it was gone before it had.
    pub async fn send(&self, server: &Client, token: &str) -> Option<Answer> {
        let query = mutation(self.name, &format!("{POSTINGS} {}", self.object));
        let request = server.request(Some(token), &query, &json!({ "input": self.input }));
        let body = request.send().await.ok()?.text().await.ok()?;
        let mut answer: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error} in {body}"));
        let mut payload = answer["data"][self.name].take();
        let refusals = payload["userErrors"].as_array();
        let as_meant = match refusals.map(Vec::as_slice) {
            Some([]) => !self.refused,
            Some([refusal]) => self.refused && refusal["code"] == "INSUFFICIENT_FUNDS",
            _ => false,
        };
        assert!(as_meant, "{self:?}: {payload:#} in {answer:#}");
        Some(Answer {
            replayed: payload["replayed"].take() == true,
            payload,
        })
    }
}

fn amount(cents: i64) -> Value {
    euros(&format!("{}.{:02}", cents / 100, cents % 100))
}
