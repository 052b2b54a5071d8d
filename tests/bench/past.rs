//! A long past, written at once: row for row what the program leaves behind when budget moves between calls, many times
//! faster than it leaves it. `octroi verify`, which is measured last, finds nothing to say about it.

use std::collections::{BTreeMap, HashMap};

use domain::Clock;
use domain::fund::ledger::hash;
use entity::value::{AccountKind, AuditEventId, FundId, OutboxId, TransferId};
use entity::{account, audit_event, budget, budget_day, budget_entry, idempotency_key, ledger_head, outbox, transfer};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, TransactionTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use time::{Date, Duration};
use uuid::Uuid;

use crate::stage::{DAYS, key};

/// Transfers to a statement: SQLite takes 32 766 values, and each transfer has thirteen for each of five budgets.
const TOGETHER: u64 = 500;
/// Statements of transfers to a transaction.
const CHAPTER: u64 = 40;
/// Days to a statement.
const DAYS_TOGETHER: usize = 2_000;

/// Goes on with the journal of a fund, whose last transfer is a redeployment between calls: so many more like it, each
/// for a day of the past year, by the same person for the same reason.
pub async fn go_on(connection: &DatabaseConnection, fund: FundId, transfers: u64) {
    let mut past = Past::read(connection, fund).await;
    let mut left = transfers;
    while left > 0 {
        let chapter = Ord::min(left, TOGETHER * CHAPTER);
        past.write(connection, chapter).await;
        left -= chapter;
    }
}

/// Where the journal stands.
struct Past {
    head: ledger_head::Model,
    /// Of the calls.
    accounts: Vec<account::Model>,
    budgets: HashMap<Uuid, budget::Model>,
    /// What budgets of calls have changed by, and no row says yet.
    days: BTreeMap<(Uuid, Date), i64>,
    example: Example,
}

/// A redeployment as the program wrote it.
struct Example {
    transfer: transfer::Model,
    event: audit_event::Model,
    message: outbox::Model,
    answer: idempotency_key::Model,
}

/// What is inserted together.
#[derive(Default)]
struct Rows {
    transfers: Vec<transfer::ActiveModel>,
    entries: Vec<budget_entry::ActiveModel>,
    events: Vec<audit_event::ActiveModel>,
    messages: Vec<outbox::ActiveModel>,
    answers: Vec<idempotency_key::ActiveModel>,
}

impl Past {
    async fn read(connection: &DatabaseConnection, fund: FundId) -> Self {
        let head = ledger_head::Entity::find_by_id(fund).one(connection).await;
        let accounts = account::Entity::find()
            .filter(account::Column::FundId.eq(fund))
            .filter(account::Column::Kind.eq(AccountKind::Call));
        let budgets = budget::Entity::find().filter(budget::Column::FundId.eq(fund));
        let budgets = budgets.all(connection).await.expect("budgets");
        Self {
            head: head.expect("the ledger is read").expect("a head"),
            accounts: accounts.all(connection).await.expect("accounts"),
            budgets: budgets.into_iter().map(|budget| (budget.node_id, budget)).collect(),
            days: BTreeMap::new(),
            example: Example::read(connection, fund).await,
        }
    }

    #[expect(clippy::disallowed_methods, reason = "it writes what the program would, beside it")]
    async fn write(&mut self, connection: &DatabaseConnection, transfers: u64) {
        let txn = connection.begin().await.expect("a transaction");
        let mut left = transfers;
        while left > 0 {
            let together = Ord::min(left, TOGETHER);
            let mut rows = Rows::default();
            for _ in 0..together {
                self.redeploy(&mut rows);
            }
            rows.insert(&txn).await;
            left -= together;
        }
        self.keep(&txn).await;
        txn.commit().await.expect("a commit");
    }

    /// One more redeployment, between any two calls.
    fn redeploy(&mut self, rows: &mut Rows) {
        let from = fastrand::usize(0..self.accounts.len());
        let to = (from + fastrand::usize(1..self.accounts.len())) % self.accounts.len();
        let amount = fastrand::i64(1..=100_000);
        let event = audit_event::Model {
            id: AuditEventId::new(),
            request_id: Uuid::now_v7(),
            at: Clock::system().now(),
            ..self.example.event.clone()
        };
        let (debit, debit_balance_minor) = self.move_account(from, -amount);
        let (credit, credit_balance_minor) = self.move_account(to, amount);
        self.head.seq += 1;
        self.head.recorded_at = Ord::max(self.head.recorded_at, event.at);
        let mut transfer = transfer::Model {
            id: TransferId::new(),
            seq: self.head.seq,
            debit_account_id: debit.id,
            credit_account_id: credit.id,
            amount_minor: amount,
            debit_balance_minor,
            credit_balance_minor,
            effective_on: Clock::system().today() - Duration::days(fastrand::i64(0..DAYS)),
            recorded_at: self.head.recorded_at,
            idempotency_key: Some(key()),
            audit_event_id: event.id,
            previous_hash: std::mem::take(&mut self.head.hash),
            ..self.example.transfer.clone()
        };
        transfer.hash = hash::of(&transfer);
        self.head.hash.clone_from(&transfer.hash);
        self.move_budgets(&transfer, &debit, &credit, rows);
        rows.answers.push(self.example.answer(&transfer, &event));
        rows.messages.push(self.example.message(&event));
        rows.events.push(event.into_active_model().reset_all());
        rows.transfers.push(transfer.into_active_model().reset_all());
    }

    fn move_account(&mut self, place: usize, change_minor: i64) -> (account::Model, i64) {
        let account = &mut self.accounts[place];
        account.credits_minor += Ord::max(change_minor, 0);
        account.debits_minor += Ord::max(-change_minor, 0);
        account.version += 1;
        let balance_minor = account.credits_minor - account.debits_minor;
        assert!(balance_minor >= 0, "calls have more than a million steps can use up");
        (account.clone(), balance_minor)
    }

    fn move_budgets(
        &mut self,
        transfer: &transfer::Model,
        debit: &account::Model,
        credit: &account::Model,
        rows: &mut Rows,
    ) {
        let mut changes: BTreeMap<Uuid, i64> = BTreeMap::new();
        for (account, change_minor) in [(debit, -transfer.amount_minor), (credit, transfer.amount_minor)] {
            let programme = account.programme_id.expect("a call has a programme");
            for node in [account.fund_id.0, programme.0, account.owner_id] {
                *changes.entry(node).or_default() += change_minor;
            }
        }
        for (node, change_minor) in changes {
            let budget = self.budgets.get_mut(&node).expect("a node has a budget");
            budget.call_minor += change_minor;
            *self.days.entry((node, transfer.effective_on)).or_default() += change_minor;
            rows.entries.push(entry(transfer, budget));
        }
    }

    /// Writes where the journal stands now.
    async fn keep(&mut self, txn: &DatabaseTransaction) {
        for account in &self.accounts {
            let row = account.clone().into_active_model().reset_all();
            row.update(txn).await.expect("an account is written");
        }
        for budget in self.budgets.values() {
            let row = budget.clone().into_active_model().reset_all();
            row.update(txn).await.expect("a budget is written");
        }
        let head = self.head.clone().into_active_model().reset_all();
        head.update(txn).await.expect("the head is written");
        let days: Vec<_> = std::mem::take(&mut self.days).into_iter().collect();
        let call = budget_day::Column::CallMinor;
        let sum = Expr::col((budget_day::Entity, call)).add(Expr::col(("excluded", call)));
        let mut same_day = OnConflict::columns([budget_day::Column::NodeId, budget_day::Column::EffectiveOn]);
        same_day.value(call, sum);
        for days in days.chunks(DAYS_TOGETHER) {
            let rows = days.iter().map(|((node, on), call_minor)| day(*node, *on, *call_minor));
            let days = budget_day::Entity::insert_many(rows).on_conflict(same_day.clone());
            days.exec_without_returning(txn).await.expect("days are written");
        }
    }
}

impl Example {
    async fn read(connection: &DatabaseConnection, fund: FundId) -> Self {
        let last = transfer::Entity::find()
            .filter(transfer::Column::FundId.eq(fund))
            .order_by_desc(transfer::Column::Seq);
        let transfer = last.one(connection).await.expect("the ledger is read");
        let transfer = transfer.expect("a transfer");
        let event = audit_event::Entity::find_by_id(transfer.audit_event_id);
        let message = outbox::Entity::find().filter(outbox::Column::AuditEventId.eq(transfer.audit_event_id));
        let officer = transfer.actor_id.expect("a person");
        let key = transfer.idempotency_key.clone().expect("a key");
        let answer = idempotency_key::Entity::find_by_id((officer, key));
        Self {
            event: event
                .one(connection)
                .await
                .expect("the trail is read")
                .expect("an event"),
            message: message
                .one(connection)
                .await
                .expect("the outbox is read")
                .expect("a message"),
            answer: answer
                .one(connection)
                .await
                .expect("the answers are read")
                .expect("an answer"),
            transfer,
        }
    }

    fn answer(&self, transfer: &transfer::Model, event: &audit_event::Model) -> idempotency_key::ActiveModel {
        let answer = idempotency_key::Model {
            key: transfer.idempotency_key.clone().expect("a key"),
            created_at: event.at,
            ..self.answer.clone()
        };
        answer.into_active_model().reset_all()
    }

    fn message(&self, event: &audit_event::Model) -> outbox::ActiveModel {
        let message = outbox::Model {
            id: OutboxId::new(),
            audit_event_id: event.id,
            created_at: event.at,
            ..self.message.clone()
        };
        message.into_active_model().reset_all()
    }
}

impl Rows {
    async fn insert(self, txn: &DatabaseTransaction) {
        let events = audit_event::Entity::insert_many(self.events);
        events.exec_without_returning(txn).await.expect("events are written");
        let messages = outbox::Entity::insert_many(self.messages);
        messages
            .exec_without_returning(txn)
            .await
            .expect("messages are written");
        let transfers = transfer::Entity::insert_many(self.transfers);
        transfers
            .exec_without_returning(txn)
            .await
            .expect("transfers are written");
        let entries = budget_entry::Entity::insert_many(self.entries);
        entries.exec_without_returning(txn).await.expect("entries are written");
        let answers = idempotency_key::Entity::insert_many(self.answers);
        answers.exec_without_returning(txn).await.expect("answers are written");
    }
}

fn entry(transfer: &transfer::Model, budget: &budget::Model) -> budget_entry::ActiveModel {
    let entry = budget_entry::Model {
        node_id: budget.node_id,
        recorded_at: transfer.recorded_at,
        seq: transfer.seq,
        envelope_minor: budget.envelope_minor,
        programme_minor: budget.programme_minor,
        call_minor: budget.call_minor,
        reserved_minor: budget.reserved_minor,
        award_minor: budget.award_minor,
        ordered_minor: budget.ordered_minor,
        paid_minor: budget.paid_minor,
        recoverable_minor: budget.recoverable_minor,
        recovered_minor: budget.recovered_minor,
        lapsed_minor: budget.lapsed_minor,
    };
    entry.into_active_model().reset_all()
}

fn day(node_id: Uuid, effective_on: Date, call_minor: i64) -> budget_day::ActiveModel {
    let day = budget_day::Model {
        node_id,
        effective_on,
        envelope_minor: 0,
        programme_minor: 0,
        call_minor,
        reserved_minor: 0,
        award_minor: 0,
        ordered_minor: 0,
        paid_minor: 0,
        recoverable_minor: 0,
        recovered_minor: 0,
        lapsed_minor: 0,
    };
    day.into_active_model().reset_all()
}
