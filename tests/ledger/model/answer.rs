//! What the program answered, in words that can be compared with the auditor's.

use domain::work::{Posting, Side};
use domain::{Command, Error, Outcome, Refusal};
use serde_json::Value;
use uuid::Uuid;

use super::auditor::{self, Account, Expected, Node, Shortfall};
use super::operation::Operation;
use super::world::World;

/// What the program answered.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Why it refused, sorted.
    pub codes: Vec<String>,
    /// `available` and `requested`, as decimals.
    pub shortfall: Option<[String; 2]>,
    pub postings: Vec<Posting>,
    pub replayed: bool,
    pub preview: bool,
    /// What it answered if it did not refuse.
    pub value: Option<Value>,
}

impl Answer {
    pub fn new<C: Command>(result: Result<Outcome<C::Output>, Error>) -> Self {
        let refused = |code: &str| Self {
            codes: vec![code.to_owned()],
            ..Self::default()
        };
        match result {
            Ok(outcome) => Self {
                postings: outcome.postings,
                replayed: outcome.replayed,
                preview: outcome.preview,
                value: serde_json::to_value(outcome.value).ok(),
                ..Self::default()
            },
            Err(Error::Refused(refusals)) => {
                let code = |refusal: &Refusal| match serde_json::to_value(refusal.code) {
                    Ok(Value::String(code)) => code,
                    other => format!("{other:?}"),
                };
                let mut codes: Vec<String> = refusals.iter().map(code).collect();
                codes.sort_unstable();
                let told = |name: &str| {
                    let mut details = refusals.iter().map(|refusal| &refusal.details);
                    details.find_map(|details| Some(details.get(name)?["amount"].as_str()?.to_owned()))
                };
                Self {
                    codes,
                    shortfall: told("available").zip(told("requested")).map(<[String; 2]>::from),
                    replayed: refusals.iter().all(|refusal| refusal.replayed),
                    ..Self::default()
                }
            }
            Err(Error::NotFound) => refused("NOT_FOUND"),
            Err(Error::Forbidden) => refused("FORBIDDEN"),
            Err(other) => refused(&format!("{other:?}")),
        }
    }

    /// An identifier that it answered with.
    pub fn id(&self) -> Uuid {
        let id = self.value.as_ref().and_then(|value| value.as_str()?.parse().ok());
        id.expect("an identifier")
    }
}

impl World {
    /// Whether an answer is the expected one.
    pub fn agrees(&self, operation: &Operation, expected: &Expected, answer: &Answer) -> bool {
        let currency = |posting: &auditor::Posting| {
            let fund = self.auditor.fund_of(posting.from.owner);
            self.auditor.funds[fund].currency
        };
        let postings = expected.postings.iter().zip(&answer.postings).all(|(expected, came)| {
            (expected.kind, expected.minor) == (came.kind, came.amount_minor)
                && currency(expected).code == came.currency
                && self.is_side(&expected.from, expected.from_balance, &came.debit)
                && self.is_side(&expected.to, expected.to_balance, &came.credit)
        });
        let told = match (&expected.shortfall, &answer.shortfall) {
            (None, None) => true,
            (Some(Shortfall { available, requested }), Some(came)) => {
                let minor = |text: &String| text.replace('.', "").parse::<i64>().ok();
                [*available, *requested].map(Some) == came.each_ref().map(minor)
            }
            _ => false,
        };
        let done = expected.codes.is_empty();
        expected.codes == answer.codes
            && told
            && postings
            && expected.postings.len() == answer.postings.len()
            && expected.replayed == answer.replayed
            && (operation.preview && done) == answer.preview
    }

    fn is_side(&self, account: &Account, balance: i64, side: &Side) -> bool {
        let same = (account.book, account.kind, account.year, balance)
            == (side.book, side.kind, side.fiscal_year, side.balance_minor);
        same && match (self.ids.of(account.owner), account.owner) {
            (Some(id), _) => id == side.owner_id,
            // An award that is made by this very operation.
            (None, Node::Award(_)) => self.ids.node(side.owner_id).is_none(),
            (None, _) => false,
        }
    }
}
