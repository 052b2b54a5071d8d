//! The auditor's own books: accounts, journals, and what each day changed.

use std::collections::{BTreeMap, HashMap};

use entity::value::{AccountKind, Book, TransferKind};
use time::Date;

/// The most that ever passes through an account in one direction: a quarter of what a number can be.
const MOST: i64 = i64::MAX / 4;

/// A fund, programme, call or award, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    Fund(usize),
    Programme(usize),
    Call(usize),
    Award(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    pub book: Book,
    pub kind: AccountKind,
    pub owner: Node,
    /// Of payment credits; 0 for commitments.
    pub year: i32,
}

impl Account {
    pub const fn commitment(kind: AccountKind, owner: Node) -> Self {
        Self {
            book: Book::Ae,
            kind,
            owner,
            year: 0,
        }
    }

    pub const fn credits(kind: AccountKind, owner: Node, year: i32) -> Self {
        Self {
            book: Book::Cp,
            kind,
            owner,
            year,
        }
    }

    /// Whether it is part of the budget of its owner.
    pub fn counts(&self) -> bool {
        self.book == Book::Ae && self.kind != AccountKind::Source
    }
}

/// What went through an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub debits: i64,
    pub credits: i64,
    pub touched: i32,
}

impl Sums {
    pub const fn balance(&self) -> i64 {
        self.credits - self.debits
    }
}

/// An amount that goes from one account to another, with both balances afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    pub kind: TransferKind,
    pub minor: i64,
    pub from: Account,
    pub from_balance: i64,
    pub to: Account,
    pub to_balance: i64,
    /// The place in the journal of what it undoes.
    pub reverses: Option<i64>,
}

impl Posting {
    /// One that does not know of the balances yet.
    pub const fn new(kind: TransferKind, from: Account, to: Account, minor: i64) -> Self {
        Self {
            kind,
            minor,
            from,
            from_balance: 0,
            to,
            to_balance: 0,
            reverses: None,
        }
    }
}

/// Why something cannot be posted.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// There is only so much.
    Short(i64),
    /// An account would count more than it can.
    Full,
}

/// A line of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub posting: Posting,
    pub day: Date,
    pub who: usize,
    pub key: u64,
    /// Whether a later line undoes it.
    pub reversed: bool,
}

/// The kinds of account that make a budget.
pub const KINDS: [AccountKind; 10] = [
    AccountKind::Envelope,
    AccountKind::Programme,
    AccountKind::Call,
    AccountKind::Reserved,
    AccountKind::Award,
    AccountKind::Ordered,
    AccountKind::Paid,
    AccountKind::Recoverable,
    AccountKind::Recovered,
    AccountKind::Lapsed,
];

/// One amount for each of [`KINDS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures(pub [i64; KINDS.len()]);

impl Figures {
    pub fn add(&mut self, kind: AccountKind, minor: i64) {
        let place = KINDS.iter().position(|own| *own == kind).expect("a kind that counts");
        self.0[place] += minor;
    }

    pub fn sum(&self, kinds: &[AccountKind]) -> i64 {
        let own = KINDS.iter().zip(self.0).filter(|(kind, _)| kinds.contains(kind));
        own.map(|(_, minor)| minor).sum()
    }
}

#[derive(Default)]
pub struct Ledger {
    accounts: HashMap<Account, Sums>,
    /// Of each fund.
    journals: BTreeMap<usize, Vec<Line>>,
    days: HashMap<(Node, Date), Figures>,
}

impl Ledger {
    pub fn accounts(&self) -> impl Iterator<Item = (&Account, &Sums)> {
        self.accounts.iter()
    }

    pub fn days(&self) -> &HashMap<(Node, Date), Figures> {
        &self.days
    }

    pub fn balance(&self, account: &Account) -> i64 {
        self.accounts.get(account).map_or(0, Sums::balance)
    }

    /// How long the journal of a fund is.
    pub fn end(&self, fund: usize) -> i64 {
        i64::try_from(self.journal(fund).len()).expect("a journal of a test")
    }

    pub fn journal(&self, fund: usize) -> &[Line] {
        self.journals.get(&fund).map_or(&[], Vec::as_slice)
    }

    /// The line at a place of a journal; the first is at 1.
    pub fn line(&self, fund: usize, place: i64) -> Option<&Line> {
        self.journal(fund).get(usize::try_from(place - 1).ok()?)
    }

    /// A posting with the balances that it leaves, or why it cannot be.
    pub fn post(&self, posting: Posting) -> Result<Posting, Fault> {
        let sums = |account: &Account| self.accounts.get(account).copied().unwrap_or_default();
        let (from, to) = (sums(&posting.from), sums(&posting.to));
        let available = match posting.from.kind {
            AccountKind::Source => MOST - from.debits,
            _ => from.balance(),
        };
        if available < posting.minor {
            return Err(Fault::Short(available));
        }
        if MOST - to.credits < posting.minor {
            return Err(Fault::Full);
        }
        Ok(Posting {
            from_balance: from.balance() - posting.minor,
            to_balance: to.balance() + posting.minor,
            ..posting
        })
    }

    /// Writes a line; answers with its place. `counts` are the nodes above the account that is debited, and above the
    /// one that is credited.
    pub fn write(&mut self, fund: usize, line: Line, counts: [&[Node]; 2]) -> i64 {
        let Posting {
            minor,
            from,
            to,
            reverses,
            ..
        } = line.posting;
        let debited = self.accounts.entry(from).or_default();
        debited.debits += minor;
        debited.touched += 1;
        let credited = self.accounts.entry(to).or_default();
        credited.credits += minor;
        credited.touched += 1;
        for (account, nodes, change) in [(from, counts[0], -minor), (to, counts[1], minor)] {
            for node in nodes.iter().filter(|_| account.counts()) {
                self.days
                    .entry((*node, line.day))
                    .or_default()
                    .add(account.kind, change);
            }
        }
        let journal = self.journals.entry(fund).or_default();
        if let Some(place) = reverses.and_then(|place| usize::try_from(place - 1).ok()) {
            journal[place].reversed = true;
        }
        journal.push(line);
        self.end(fund)
    }
}
