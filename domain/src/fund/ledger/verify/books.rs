//! What accounts and budgets must hold, by replay.

use std::collections::HashMap;

use entity::value::{AccountId, AwardId, Book, FundId, Instant, NodeKind, TransferKind};
use entity::{account, fund, transfer};
use time::Date;
use uuid::Uuid;

use super::fingerprint::{Keys, Sums};
use crate::fund::ledger::balances::{Balances, KINDS, nodes};

/// What accounts and budgets must hold, as far as the journals were replayed.
pub(crate) struct Books {
    pub(super) keys: Keys,
    codes: HashMap<FundId, String>,
    pub(super) accounts: Vec<Account>,
    account_by_id: HashMap<AccountId, usize>,
    pub(super) nodes: Vec<Node>,
    node_by_id: HashMap<Uuid, usize>,
    flows: HashMap<AwardId, Flow>,
}

/// An account as the journal says it must be.
pub(super) struct Account {
    /// As it is stored, but where its owner is.
    pub(super) stored: account::Model,
    pub(super) debits: i64,
    pub(super) credits: i64,
    pub(super) version: i64,
    /// The column of a budget it counts in, and the nodes whose budgets.
    counts: Option<(usize, Vec<usize>)>,
}

/// A node whose budget the journal moves.
pub(super) struct Node {
    pub(super) id: Uuid,
    pub(super) kind: NodeKind,
    pub(super) fund: FundId,
    pub(super) balances: Sums,
    /// Whether any transfer moved it.
    pub(super) moved: bool,
    /// Fingerprint of the entries that are expected, less that of those that were found.
    pub(super) entries: u64,
    /// Fingerprint of the changes of its days, expected less found.
    pub(super) changes: u128,
    /// Fingerprint of there being these days, expected less found.
    pub(super) days: u64,
    /// The days on which it moved, in order.
    moved_on: Vec<Date>,
}

/// What moved between an award and its call, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flow {
    /// By its decision.
    pub(crate) reserved: i64,
    /// Because it was not signed.
    pub(crate) released: i64,
    /// By its agreement.
    pub(crate) committed: i64,
    /// Because it will not be spent.
    pub(crate) decommitted: i64,
    /// Recovered, and given back to the call.
    pub(crate) reinstated: i64,
}

/// The two accounts of a transfer.
#[derive(Clone, Copy)]
pub(super) struct Sides {
    debit: usize,
    credit: usize,
}

impl Books {
    /// Books of funds in which nothing was written yet; the nodes are those above the accounts.
    pub(super) fn new(funds: &[fund::Model], stored: Vec<account::Model>) -> Self {
        let mut books = Self {
            keys: Keys::default(),
            codes: funds.iter().map(|fund| (fund.id, fund.code.clone())).collect(),
            accounts: Vec::with_capacity(stored.len()),
            account_by_id: HashMap::with_capacity(stored.len()),
            nodes: Vec::new(),
            node_by_id: HashMap::new(),
            flows: HashMap::new(),
        };
        for account in stored {
            let counts = books.counts(&account);
            books.account_by_id.insert(account.id, books.accounts.len());
            books.accounts.push(Account {
                stored: account,
                debits: 0,
                credits: 0,
                version: 0,
                counts,
            });
        }
        books
    }

    fn counts(&mut self, account: &account::Model) -> Option<(usize, Vec<usize>)> {
        let place = KINDS.iter().position(|kind| *kind == account.kind)?;
        if account.book != Book::Ae {
            return None;
        }
        let above = nodes(account).map(|(kind, id)| self.node(account.fund_id, kind, id));
        Some((place, above.collect()))
    }

    fn node(&mut self, fund: FundId, kind: NodeKind, id: Uuid) -> usize {
        let next = self.nodes.len();
        let index = *self.node_by_id.entry(id).or_insert(next);
        if index == next {
            self.nodes.push(Node {
                id,
                kind,
                fund,
                balances: Sums::default(),
                moved: false,
                entries: 0,
                changes: 0,
                days: 0,
                moved_on: Vec::new(),
            });
        }
        index
    }

    /// The code of a fund, for messages.
    pub(super) fn code(&self, fund: FundId) -> &str {
        self.codes.get(&fund).map_or("no fund", String::as_str)
    }

    /// Where a row of a table about a node is, for messages.
    pub(super) fn place(&self, table: &str, node: &Node) -> String {
        format!("{} {table} of {} {}", self.code(node.fund), node.kind, node.id)
    }

    /// The index of a node.
    pub(super) fn find_node(&self, id: Uuid) -> Option<usize> {
        self.node_by_id.get(&id).copied()
    }

    /// The index of an account of a fund.
    pub(super) fn find_account(&self, fund: FundId, id: AccountId) -> Option<usize> {
        let index = self.account_by_id.get(&id).copied()?;
        let account = self.accounts.get(index)?;
        (account.stored.fund_id == fund).then_some(index)
    }

    /// The accounts of a transfer, if they are in its fund.
    pub(super) fn sides(&self, transfer: &transfer::Model) -> Option<Sides> {
        Some(Sides {
            debit: self.find_account(transfer.fund_id, transfer.debit_account_id)?,
            credit: self.find_account(transfer.fund_id, transfer.credit_account_id)?,
        })
    }

    /// The account that a transfer debits, and the one it credits.
    pub(super) fn both(&self, sides: Sides) -> Option<(&Account, &Account)> {
        self.accounts.get(sides.debit).zip(self.accounts.get(sides.credit))
    }

    /// What has passed through an award by replay; nothing for one that no transfer touched.
    pub(crate) fn flow(&self, award: AwardId) -> Flow {
        self.flows.get(&award).copied().unwrap_or_default()
    }

    /// The balances of a node by replay; zero for one that never moved.
    pub(crate) fn balances(&self, node: Uuid) -> Balances {
        let mut balances = Balances::default();
        let node = self.find_node(node).and_then(|index| self.nodes.get(index));
        for (kind, balance) in KINDS
            .into_iter()
            .zip(node.map(|node| node.balances).unwrap_or_default())
        {
            balances.add(kind, balance);
        }
        balances
    }

    /// Whether an account is one of payment credits.
    pub(crate) fn is_credits(&self, id: AccountId) -> bool {
        let index = self.account_by_id.get(&id);
        let account = index.and_then(|index| self.accounts.get(*index));
        account.is_some_and(|account| account.stored.book == Book::Cp)
    }

    /// Adds a transfer to its accounts and to the budgets above them.
    pub(super) fn add(&mut self, sides: Sides, transfer: &transfer::Model) {
        let amount = transfer.amount_minor;
        if let Some(debit) = self.accounts.get_mut(sides.debit) {
            debit.debits = debit.debits.saturating_add(amount);
            debit.version += 1;
        }
        if let Some(credit) = self.accounts.get_mut(sides.credit) {
            credit.credits = credit.credits.saturating_add(amount);
            credit.version += 1;
        }
        self.add_flow(sides, transfer);
        let day = transfer.effective_on;
        let mut moved = Vec::with_capacity(8);
        for (place, nodes, change) in changes(&self.accounts, sides, amount) {
            let counts_for = self.keys.change(day, place, change);
            for index in nodes {
                let Some(node) = self.nodes.get_mut(*index) else {
                    continue;
                };
                if let Some(balance) = node.balances.get_mut(place) {
                    *balance = balance.wrapping_add(change);
                }
                node.changes = node.changes.wrapping_add(counts_for);
                if !moved.contains(index) {
                    moved.push(*index);
                }
            }
        }
        for index in moved {
            if let Some(node) = self.nodes.get_mut(index) {
                node.move_once(&self.keys, day, transfer.recorded_at, transfer.seq);
            }
        }
    }

    fn add_flow(&mut self, sides: Sides, transfer: &transfer::Model) {
        let Some((debit, credit)) = self.both(sides) else {
            return;
        };
        let award = debit.stored.award_id.or(credit.stored.award_id);
        let Some(award) = award else { return };
        let flow = self.flows.entry(award).or_default();
        let sum = match transfer.kind {
            TransferKind::Reserve => &mut flow.reserved,
            TransferKind::Release => &mut flow.released,
            TransferKind::Commit => &mut flow.committed,
            TransferKind::Decommit => &mut flow.decommitted,
            TransferKind::Reinstate => &mut flow.reinstated,
            _ => return,
        };
        *sum = sum.saturating_add(transfer.amount_minor);
    }

    /// What a transfer changes in the budgets: each column, the nodes in whose budgets, and by how much.
    pub(super) fn changes(&self, sides: Sides, amount: i64) -> impl Iterator<Item = (usize, &[usize], i64)> {
        changes(&self.accounts, sides, amount)
    }
}

impl Account {
    /// Its balance by replay.
    pub(super) fn balance(&self) -> i64 {
        self.credits.saturating_sub(self.debits)
    }
}

impl Node {
    /// After its balances have changed by a transfer.
    fn move_once(&mut self, keys: &Keys, day: Date, recorded_at: Instant, seq: i64) {
        self.moved = true;
        let entry = keys.entry(self.id, recorded_at, seq, &self.balances);
        self.entries = self.entries.wrapping_add(entry);
        // Nearly always today, or the day of the last transfer.
        let known = self.moved_on.last() == Some(&day);
        if let Some(place) = (!known).then(|| self.moved_on.binary_search(&day).err()).flatten() {
            self.moved_on.insert(place, day);
            self.days = self.days.wrapping_add(keys.day(self.id, day));
        }
    }
}

fn changes(accounts: &[Account], sides: Sides, amount: i64) -> impl Iterator<Item = (usize, &[usize], i64)> {
    let both = [(sides.debit, amount.wrapping_neg()), (sides.credit, amount)];
    both.into_iter().filter_map(|(index, change)| {
        let (place, nodes) = accounts.get(index)?.counts.as_ref()?;
        Some((*place, nodes.as_slice(), change))
    })
}
