//! What is answered to an operation, and what it changes.

use entity::value::{
    AwardStatus, DecisionStatus, FiscalYearStatus, FundStatus, InstalmentStatus, PaymentRequestStatus, RecoveryStatus,
};
use time::Date;

use super::{Award, Instalment, Posting, Recovery, Request};
use crate::ledger::model::operation::{Currency, Paper, Policy, Sum, Text};

/// The largest amount that an operation takes: ten thousand billion euros.
const LARGEST: i128 = 1_000_000_000_000_000;

pub const CONFLICT: &str = "CONFLICT";
pub const CURRENCY: &str = "CURRENCY_MISMATCH";
pub const FORBIDDEN: &str = "FORBIDDEN";
const FUNDS: &str = "INSUFFICIENT_FUNDS";
pub const NOT_FOUND: &str = "NOT_FOUND";
pub const REUSED: &str = "IDEMPOTENCY_KEY_REUSED";
pub const SEPARATION: &str = "SEPARATION_OF_DUTIES";
pub const STATE: &str = "INVALID_STATE";
pub const TAKEN: &str = "ALREADY_EXISTS";
pub const VALIDATION: &str = "VALIDATION";

/// What must be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Why it is refused, sorted; none if it is done.
    pub codes: Vec<&'static str>,
    pub shortfall: Option<Shortfall>,
    pub postings: Vec<Posting>,
    /// Whether it is what was answered before.
    pub replayed: bool,
}

impl Expected {
    pub fn refused(why: Refused) -> Self {
        Self {
            codes: why.codes,
            shortfall: why.shortfall,
            postings: Vec::new(),
            replayed: false,
        }
    }
}

/// What there is and what was asked for, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    pub available: i64,
    pub requested: i64,
}

/// Why not.
#[derive(Debug)]
pub struct Refused {
    codes: Vec<&'static str>,
    shortfall: Option<Shortfall>,
}

impl From<&'static str> for Refused {
    fn from(code: &'static str) -> Self {
        Self {
            codes: vec![code],
            shortfall: None,
        }
    }
}

impl Refused {
    pub fn short(available: i64, requested: i64) -> Self {
        Self {
            codes: vec![FUNDS],
            shortfall: Some(Shortfall { available, requested }),
        }
    }
}

/// What is so once it is done.
#[derive(Default)]
pub struct Plan {
    pub changes: Vec<Change>,
    pub postings: Vec<Posting>,
    /// The day they count for, if not today.
    pub day: Option<Date>,
}

pub enum Change {
    Fund(usize, FundStatus),
    Policy(usize, Policy),
    Year(usize, i32, FiscalYearStatus),
    Decision(usize, DecisionStatus),
    Withdrawn(usize),
    NewAward(Award),
    Award(usize, AwardStatus),
    Decommitted(usize, i64),
    Number(u64),
    NewInstalment(Instalment),
    Instalment(usize, InstalmentStatus, i64),
    NewRequest(Request),
    Request(usize, PaymentRequestStatus),
    Certified(usize, usize),
    Approved(usize, usize),
    Ordered(usize),
    NewRecovery(Recovery),
    Recovery(usize, RecoveryStatus),
    Reinstated(usize),
}

pub type Verdict = Result<Plan, Refused>;

/// Every reason at once.
#[derive(Default)]
pub struct Reasons(Vec<&'static str>);

impl Reasons {
    pub fn require(&mut self, holds: bool, code: &'static str) {
        if !holds {
            self.0.push(code);
        }
    }

    pub fn text(&mut self, text: Text) {
        self.require(text == Text::Good, VALIDATION);
    }

    pub fn paper(&mut self, paper: Paper) {
        self.text(paper.reason);
        self.text(paper.document);
    }

    /// An amount above zero in a currency; zero, with the reason kept, if it is not one.
    pub fn sum(&mut self, sum: Sum, expected: Currency) -> i64 {
        let (Sum::Minor(_, currency) | Sum::TooFine(currency) | Sum::Words(currency)) = sum;
        self.require(currency == expected, CURRENCY);
        if currency != expected {
            return 0;
        }
        let minor = match sum {
            Sum::Minor(minor, _) if (1..=LARGEST).contains(&minor) => i64::try_from(minor).ok(),
            _ => None,
        };
        self.require(minor.is_some(), VALIDATION);
        minor.unwrap_or_default()
    }

    pub fn finish(mut self) -> Result<(), Refused> {
        self.0.sort_unstable();
        match self.0.as_slice() {
            [] => Ok(()),
            _ => Err(Refused {
                codes: self.0,
                shortfall: None,
            }),
        }
    }
}
