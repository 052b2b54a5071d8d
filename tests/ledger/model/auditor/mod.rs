//! The auditor: a second opinion on every operation, from the rules as they are written for people.
//!
//! It keeps its own books in memory, and shares no rule and no arithmetic with the program: of its crates it knows only
//! the names of kinds and states. [`Auditor::expect`] says what must be answered, [`Auditor::settle`] what is so from
//! then on.

mod award;
mod budget;
mod credits;
mod judge;
mod keys;
mod ledger;
mod payment;
mod recovery;
mod rights;
mod shelf;
mod verdict;

use std::collections::{BTreeMap, HashSet};

use entity::value::{
    AccountKind, AwardStatus, Book, DecisionStatus, FiscalYearStatus, FundStatus, InstalmentStatus,
    PaymentRequestStatus, RecoveryStatus, Role,
};
use time::{Date, Duration, OffsetDateTime};

use super::operation::{Currency, Policy};
use keys::Keys;
pub use ledger::{Account, Figures, Ledger, Line, Node, Posting};
pub use shelf::Shelf;
pub use verdict::{Change, Expected, Plan, Shortfall};

/// Everything that the auditor knows.
pub struct Auditor {
    pub now: OffsetDateTime,
    pub people: Vec<Person>,
    pub funds: Vec<Fund>,
    pub programmes: Vec<Programme>,
    pub calls: Vec<Call>,
    pub decisions: Shelf<Decision, DecisionStatus>,
    pub awards: Shelf<Award, AwardStatus>,
    pub instalments: Shelf<Instalment, InstalmentStatus>,
    pub requests: Shelf<Request, PaymentRequestStatus>,
    pub recoveries: Shelf<Recovery, RecoveryStatus>,
    /// By fund and year.
    pub years: BTreeMap<(usize, i32), FiscalYearStatus>,
    pub ledger: Ledger,
    /// Numbers of agreements.
    numbers: HashSet<u64>,
    keys: Keys,
}

pub struct Person {
    /// Each with the one fund it reaches, or everywhere.
    pub roles: Vec<(Role, Option<usize>)>,
    /// The organisation they own.
    pub organisation: Option<usize>,
}

pub struct Fund {
    pub currency: Currency,
    /// How far its days are ahead of UTC's.
    pub ahead: Duration,
    pub starts_on: Date,
    pub status: FundStatus,
    pub policy: Policy,
}

pub struct Programme {
    pub fund: usize,
}

pub struct Call {
    pub programme: usize,
    /// Whether it is known to staff only.
    pub draft: bool,
    pub decisions: Vec<usize>,
}

pub struct Decision {
    pub call: usize,
    pub organisation: usize,
    /// Zero for a rejection, or a distinction without money.
    pub minor: i64,
    pub proposed_by: usize,
    pub rejects: bool,
    /// What it has made.
    pub award: Option<usize>,
    /// Whether its application was taken back.
    pub withdrawn: bool,
}

pub struct Award {
    pub decision: usize,
    pub call: usize,
    pub minor: i64,
    pub decommitted: i64,
    /// In the order of the schedule.
    pub instalments: Vec<usize>,
}

pub struct Instalment {
    pub award: usize,
    pub minor: i64,
    pub requests: Vec<usize>,
}

pub struct Request {
    pub instalment: usize,
    pub minor: i64,
    pub submitted_by: usize,
    pub certified_by: Option<usize>,
    pub approved_by: Option<usize>,
    /// Places in the fund's journal of what ordering it has moved.
    pub orders: Vec<i64>,
}

pub struct Recovery {
    pub award: usize,
    pub minor: i64,
    pub reinstated: bool,
}

impl Auditor {
    pub fn new(now: OffsetDateTime, people: Vec<Person>) -> Self {
        Self {
            now,
            people,
            funds: Vec::new(),
            programmes: Vec::new(),
            calls: Vec::new(),
            decisions: Shelf::new(),
            awards: Shelf::new(),
            instalments: Shelf::new(),
            requests: Shelf::new(),
            recoveries: Shelf::new(),
            years: BTreeMap::new(),
            ledger: Ledger::default(),
            numbers: HashSet::new(),
            keys: Keys::default(),
        }
    }

    /// The day it is for a fund.
    pub fn today(&self, fund: usize) -> Date {
        (self.now + self.funds[fund].ahead).date()
    }

    pub fn fund_of_call(&self, call: usize) -> usize {
        self.programmes[self.calls[call].programme].fund
    }

    pub fn fund_of_award(&self, award: usize) -> usize {
        self.fund_of_call(self.awards.item(award).call)
    }

    /// The fund that a node is in.
    pub fn fund_of(&self, node: Node) -> usize {
        match node {
            Node::Fund(fund) => fund,
            Node::Programme(programme) => self.programmes[programme].fund,
            Node::Call(call) => self.fund_of_call(call),
            Node::Award(award) => self.fund_of_award(award),
        }
    }

    /// A node and everything above it.
    pub fn upwards(&self, node: Node) -> Vec<Node> {
        let mut nodes = vec![node];
        if let Node::Award(award) = node {
            nodes.push(Node::Call(self.awards.item(award).call));
        }
        if let Some(Node::Call(call)) = nodes.last().copied() {
            nodes.push(Node::Programme(self.calls[call].programme));
        }
        if let Some(Node::Programme(programme)) = nodes.last().copied() {
            nodes.push(Node::Fund(self.programmes[programme].fund));
        }
        nodes
    }

    /// What of an instalment is paid, and what is ordered and not confirmed.
    pub fn spent(&self, instalment: usize) -> (i64, i64) {
        let requests = || self.instalments.item(instalment).requests.iter().copied();
        let sum = |status| {
            let own = requests().filter(|request| self.requests.status(*request) == status);
            own.map(|request| self.requests.item(request).minor).sum()
        };
        (sum(PaymentRequestStatus::Paid), sum(PaymentRequestStatus::Ordered))
    }

    /// What an account of an award holds.
    pub fn held(&self, award: usize, kind: AccountKind) -> i64 {
        self.ledger.balance(&Account::commitment(kind, Node::Award(award)))
    }

    /// The balances of everything under each node.
    pub fn budgets(&self) -> BTreeMap<Node, Figures> {
        let mut budgets: BTreeMap<Node, Figures> = BTreeMap::new();
        for (account, sums) in self.ledger.accounts() {
            if account.counts() {
                for node in self.upwards(account.owner) {
                    budgets.entry(node).or_default().add(account.kind, sums.balance());
                }
            }
        }
        budgets
    }

    /// The balances of everything under one node.
    pub fn budget(&self, node: Node) -> Figures {
        let mut figures = Figures::default();
        let under = |account: &Account| account.counts() && self.upwards(account.owner).contains(&node);
        for (account, sums) in self.ledger.accounts().filter(|(account, _)| under(account)) {
            figures.add(account.kind, sums.balance());
        }
        figures
    }

    /// What a programme has left of a year's payment credits.
    pub fn credits(&self, programme: usize, year: i32) -> i64 {
        self.ledger.balance(&Account {
            book: Book::Cp,
            kind: AccountKind::Programme,
            owner: Node::Programme(programme),
            year,
        })
    }
}
