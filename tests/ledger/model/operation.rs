//! What can be asked of the ledger, in the auditor's own terms: objects by number, in the order in which they came to
//! be, and money in minor units.

use time::Date;

/// Something that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Who asks.
    pub who: usize,
    /// The idempotency key, for what takes one.
    pub key: Key,
    /// Whether it is only asked what it would do.
    pub preview: bool,
    pub what: What,
}

/// An idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Number(u64),
    /// No character at all.
    Empty,
    /// One character too many.
    Endless,
}

/// Everything that moves money or decides whether it may move. What the number of an object names does not always
/// exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    OpenEnvelope(usize, Order),
    ReduceEnvelope(usize, Order),
    Allocate(Holder, Order),
    Deallocate(Holder, Order),
    Redeploy(Holder, Holder, Order),
    OpenCredits(usize, i32, Order),
    ReduceCredits(usize, i32, Order),
    MoveCredits(usize, usize, i32, Order),
    CarryOver(usize, i32, Order),
    CloseYear(usize, i32),
    SetPolicy(usize, Policy),
    CloseFund(usize),
    /// The fund, and the place in its journal.
    Reverse(usize, i64, Paper),
    Adopt {
        decision: usize,
        revision: i32,
    },
    Notify(usize),
    /// The application of a decision.
    Withdraw(usize),
    Release(usize, Paper),
    Sign(usize, Agreement),
    Decommit(usize, Sum, Paper),
    Request(usize, Sum, Text),
    Certify(usize),
    Approve(usize),
    Reject(usize, Text),
    OrderPayment(usize),
    Confirm(usize, Text),
    Return(usize, Text),
    IssueRecovery(usize, Sum, Paper),
    ReceiveRecovery(usize, Text),
    CancelRecovery(usize, Text),
    ReinstateRecovery(usize, Paper),
}

/// Who holds budget between the envelope and the awards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    Programme(usize),
    Call(usize),
}

/// What every budget operation states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub sum: Sum,
    pub paper: Paper,
    /// The day it counts for, if not today.
    pub day: Option<Date>,
}

/// An amount as somebody writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sum {
    Minor(i128, Currency),
    /// With one decimal more than the currency has.
    TooFine(Currency),
    /// Not as numbers are written.
    Words(Currency),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    pub code: &'static str,
    pub decimals: usize,
}

/// The reason of an act and the reference of its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    pub reason: Text,
    pub document: Text,
}

/// A text that must say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    Good,
    Blank,
    /// With a control character.
    Garbled,
}

/// How a fund's money is governed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Orders need payment credits of the year.
    pub credits: bool,
    /// What is decommitted is lost to the call.
    pub lapses: bool,
    /// What is recovered may be given back to the call.
    pub reinstates: bool,
}

/// What `signAgreement` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Its number; two agreements never have the same.
    pub number: u64,
    /// When the beneficiary signed, and the funder.
    pub signed: (Date, Date),
    pub schedule: Vec<Sum>,
    /// Whether an instalment is due before the one before it.
    pub unsorted: bool,
}

impl Paper {
    pub const GOOD: Self = Self {
        reason: Text::Good,
        document: Text::Good,
    };
}

impl Sum {
    /// The amount as it is sent, and its currency.
    pub fn text(self) -> (String, &'static str) {
        match self {
            Self::Minor(minor, currency) => (currency.decimal(minor), currency.code),
            Self::TooFine(currency) => (format!("1.{:0<1$}1", "", currency.decimals), currency.code),
            Self::Words(currency) => ("12,50".to_owned(), currency.code),
        }
    }
}

impl Currency {
    /// An amount with all the decimals of its currency.
    pub fn decimal(self, minor: i128) -> String {
        let sign = if minor < 0 { "-" } else { "" };
        let digits = format!("{:0>1$}", minor.unsigned_abs(), self.decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.decimals);
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }
}

impl Operation {
    /// The same, by another person or under another key.
    pub fn again(&self, who: usize, key: Key) -> Self {
        Self {
            who,
            key,
            ..self.clone()
        }
    }
}

impl What {
    /// The name of the mutation.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenEnvelope(..) => "openEnvelope",
            Self::ReduceEnvelope(..) => "reduceEnvelope",
            Self::Allocate(..) => "allocateBudget",
            Self::Deallocate(..) => "deallocateBudget",
            Self::Redeploy(..) => "redeployBudget",
            Self::OpenCredits(..) => "openPaymentCredits",
            Self::ReduceCredits(..) => "reducePaymentCredits",
            Self::MoveCredits(..) => "movePaymentCredits",
            Self::CarryOver(..) => "carryOverPaymentCredits",
            Self::CloseYear(..) => "closeFiscalYear",
            Self::SetPolicy(..) => "setFundPolicy",
            Self::CloseFund(..) => "closeFund",
            Self::Reverse(..) => "reverseTransfer",
            Self::Adopt { .. } => "adoptDecision",
            Self::Notify(..) => "notifyDecision",
            Self::Withdraw(..) => "withdrawApplication",
            Self::Release(..) => "releaseAward",
            Self::Sign(..) => "signAgreement",
            Self::Decommit(..) => "decommitAward",
            Self::Request(..) => "requestPayment",
            Self::Certify(..) => "certifyPayment",
            Self::Approve(..) => "approvePayment",
            Self::Reject(..) => "rejectPayment",
            Self::OrderPayment(..) => "orderPayment",
            Self::Confirm(..) => "confirmPayment",
            Self::Return(..) => "returnPayment",
            Self::IssueRecovery(..) => "issueRecovery",
            Self::ReceiveRecovery(..) => "receiveRecovery",
            Self::CancelRecovery(..) => "cancelRecovery",
            Self::ReinstateRecovery(..) => "reinstateRecovery",
        }
    }

    /// Whether it takes an idempotency key. What moves no money does not, but for what decides whether it may move.
    pub const fn takes_key(&self) -> bool {
        !matches!(
            self,
            Self::Notify(_)
                | Self::Withdraw(_)
                | Self::Request(..)
                | Self::Certify(_)
                | Self::Approve(_)
                | Self::Reject(..)
        )
    }
}
