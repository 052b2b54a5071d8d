//! Writing transfers.
//!
//! The end of the fund's journal is locked first: transfers of a fund are numbered and chained one after the other
//! anyway, and whoever holds it knows that no balance of the fund moves meanwhile.

use std::collections::BTreeMap;

use entity::value::{AccountKind, AuditEventId, Book, FundId, TransferId, TransferKind};
use entity::{account, application, budget, budget_day, budget_entry, fund, ledger_head, transfer};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait, OnConflict, SimpleExpr},
};
use time::Date;
use uuid::Uuid;

use super::account::{Key, open};
use super::balances::{Balances, KINDS, nodes};
use super::{chart, hash};
use crate::error::{Code, Refusal};
use crate::fund::rules;
use crate::money::{Currency, Money};
use crate::work::{Posting, Side, Subject, point::point};
use crate::{Error, Result, Work, scope};

/// The most that ever passes through one account in one direction, in minor units: `i64` sums stay far from their
/// end.
const CEILING_MINOR: i64 = i64::MAX / 4;

/// The journal to write to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Journal {
    /// Its fund.
    pub(crate) fund: FundId,
    /// The fund's currency.
    pub(crate) currency: Currency,
    /// The day it is for the fund.
    pub(crate) today: Date,
}

impl Journal {
    /// The journal of a fund, at the instant of a Work.
    pub(crate) fn of(work: &Work, fund: &fund::Model) -> Result<Self> {
        Ok(Self {
            fund: fund.id,
            currency: rules::known_currency(fund)?,
            today: rules::day(fund, work.now)?,
        })
    }
}

/// Why transfers are made.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    /// The audit event of the change that causes them. Transfers with the same one are linked.
    pub(crate) audit_event: AuditEventId,
    /// The object that the change is about.
    pub(crate) subject: Subject,
    /// Why.
    pub(crate) reason: String,
    /// Reference of the document that justifies it.
    pub(crate) document: Option<String>,
    /// The day they count for.
    pub(crate) effective_on: Date,
}

/// One amount, from one account to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Movement {
    /// What it does.
    pub(crate) kind: TransferKind,
    /// The account the money leaves.
    pub(crate) debit: Key,
    /// The account the money enters.
    pub(crate) credit: Key,
    /// How much, in minor units; above zero.
    pub(crate) amount_minor: i64,
    /// The transfer it undoes.
    pub(crate) reverses: Option<TransferId>,
}

fn side(account: &account::Model) -> Side {
    Side {
        book: account.book,
        kind: account.kind,
        owner_kind: chart::owner(account.kind),
        owner_id: account.owner_id,
        fiscal_year: account.fiscal_year,
        balance_minor: balance(account),
    }
}

/// Writes transfers to a fund's journal: all of them with the rest of the Work, or none.
///
/// Refuses with `INSUFFICIENT_FUNDS`, available and requested amounts in the details, when an account would go below
/// zero. An actor who awaits a decision on a call does not move its money: `FORBIDDEN`.
pub(crate) async fn post(work: &mut Work, journal: Journal, cause: &Cause, movements: &[Movement]) -> Result<()> {
    check_awaits_no_decision(work, movements).await?;
    let mut head = work.journal_end(journal.fund).await?;
    // Another process may have written in the meantime, by a clock a little ahead: the journal never goes back in time.
    head.recorded_at = Ord::max(head.recorded_at, work.now);
    for movement in movements {
        head.seq += 1;
        let posting = post_one(work, journal, cause, movement, &mut head).await?;
        work.tell(posting);
    }
    work.move_journal_end(head);
    Ok(())
}

/// Refuses an actor who awaits a decision on a call whose money moves: what is left of it would tell them the outcome.
async fn check_awaits_no_decision(work: &Work, movements: &[Movement]) -> Result<()> {
    let organisations = work.actor.organisations();
    let calls = movements
        .iter()
        .flat_map(|movement| [movement.debit, movement.credit])
        .filter(|key| key.kind == AccountKind::Call)
        .map(|key| key.owner);
    let calls: Vec<Uuid> = calls.collect();
    if organisations.is_empty() || calls.is_empty() {
        return Ok(());
    }
    let awaited = application::Entity::find()
        .filter(application::Column::CallId.is_in(calls))
        .filter(scope::awaiting_decision(&organisations))
        .one(work.txn())
        .await?;
    match awaited {
        Some(_) => Err(work.actor.denied()),
        None => Ok(()),
    }
}

async fn post_one(
    work: &Work,
    journal: Journal,
    cause: &Cause,
    movement: &Movement,
    head: &mut ledger_head::Model,
) -> Result<Posting> {
    if movement.amount_minor <= 0 {
        return Err(Error::internal("a transfer of nothing"));
    }
    let debit = debit(work, journal, movement).await?;
    point!("ledger::debited");
    let credit = credit(work, journal, movement).await?;
    point!("ledger::credited");
    if !chart::joins(movement.kind, &debit, &credit) {
        return Err(Error::internal("a transfer that the chart of accounts does not know"));
    }
    let mut transfer = transfer::Model {
        id: TransferId::new(),
        fund_id: journal.fund,
        seq: head.seq,
        kind: movement.kind,
        debit_account_id: debit.id,
        credit_account_id: credit.id,
        amount_minor: movement.amount_minor,
        debit_balance_minor: balance(&debit),
        credit_balance_minor: balance(&credit),
        effective_on: cause.effective_on,
        recorded_at: head.recorded_at,
        actor_id: work.actor.user_id(),
        reason: cause.reason.clone(),
        document: cause.document.clone(),
        subject_kind: cause.subject.kind,
        subject_id: cause.subject.id,
        idempotency_key: work.idempotency_key.clone(),
        reverses_id: movement.reverses,
        audit_event_id: cause.audit_event,
        previous_hash: std::mem::take(&mut head.hash),
        hash: String::new(),
    };
    transfer.hash = hash::of(&transfer);
    head.hash.clone_from(&transfer.hash);
    move_budgets(work, &transfer, &debit, &credit).await?;
    point!("ledger::budgets_moved");
    let id = transfer.id;
    let row = transfer.into_active_model().reset_all();
    transfer::Entity::insert(row).exec_without_returning(work.txn()).await?;
    point!("ledger::written");
    Ok(Posting {
        transfer_id: Some(id),
        kind: movement.kind,
        amount_minor: movement.amount_minor,
        currency: journal.currency.code().to_owned(),
        debit: side(&debit),
        credit: side(&credit),
    })
}

/// Takes the amount from an account, on condition that it holds as much.
async fn debit(work: &Work, journal: Journal, movement: &Movement) -> Result<account::Model> {
    let after = Expr::col(account::Column::DebitsMinor).add(movement.amount_minor);
    let source = movement.debit.kind == AccountKind::Source;
    let limit: SimpleExpr = if source {
        Expr::value(CEILING_MINOR)
    } else {
        Expr::col(account::Column::CreditsMinor)
    };
    let updated = account::Entity::update_many()
        .col_expr(account::Column::DebitsMinor, after.clone())
        .col_expr(account::Column::Version, Expr::col(account::Column::Version).add(1))
        .filter(movement.debit.filter(journal.fund))
        .filter(after.lte(limit))
        .exec_with_returning(work.txn())
        .await?
        .pop();
    if let Some(account) = updated {
        return Ok(account);
    }
    let found = account::Entity::find()
        .filter(movement.debit.filter(journal.fund))
        .one(work.txn())
        .await?;
    match found {
        None if source && movement.amount_minor <= CEILING_MINOR => {
            open(work, journal.fund, movement.debit, movement.amount_minor, 0).await
        }
        found => Err(lacking(journal, movement, found.as_ref()).into()),
    }
}

async fn credit(work: &Work, journal: Journal, movement: &Movement) -> Result<account::Model> {
    let after = Expr::col(account::Column::CreditsMinor).add(movement.amount_minor);
    let updated = account::Entity::update_many()
        .col_expr(account::Column::CreditsMinor, after.clone())
        .col_expr(account::Column::Version, Expr::col(account::Column::Version).add(1))
        .filter(movement.credit.filter(journal.fund))
        .filter(after.lte(CEILING_MINOR))
        .exec_with_returning(work.txn())
        .await?
        .pop();
    match updated {
        Some(account) => Ok(account),
        None => open(work, journal.fund, movement.credit, 0, movement.amount_minor).await,
    }
}

fn lacking(journal: Journal, movement: &Movement, account: Option<&account::Model>) -> Refusal {
    let balance_minor = match movement.debit.kind {
        AccountKind::Source => CEILING_MINOR - account.map_or(0, |account| account.debits_minor),
        _ => account.map_or(0, balance),
    };
    insufficient(
        Money::new(balance_minor, journal.currency),
        Money::new(movement.amount_minor, journal.currency),
        movement.debit.book,
        movement.debit.kind,
    )
}

/// An account does not hold what is asked of it.
pub(crate) fn insufficient(available: Money, requested: Money, book: Book, kind: AccountKind) -> Refusal {
    let (en, fr) = chart::name(book, kind);
    Refusal::new(
        Code::InsufficientFunds,
        format!("{requested} requested, {available} available: {en}."),
        format!("{requested} demandés, {available} disponibles : {fr}."),
    )
    .with_money("available", available)
    .with_money("requested", requested)
    .with("book", book.as_str())
    .with("account", kind.as_str())
}

fn balance(account: &account::Model) -> i64 {
    account.credits_minor - account.debits_minor
}

/// Moves the balances of every node above either account, keeps what they are now for readings as of an instant, and
/// adds the change to the day it counts for.
async fn move_budgets(
    work: &Work,
    transfer: &transfer::Model,
    debit: &account::Model,
    credit: &account::Model,
) -> Result<()> {
    let mut changes: BTreeMap<Uuid, Balances> = BTreeMap::new();
    for (account, change) in [(debit, -transfer.amount_minor), (credit, transfer.amount_minor)] {
        for (_, node) in nodes(account) {
            changes.entry(node).or_default().add(account.kind, change);
        }
    }
    if changes.is_empty() {
        return Ok(());
    }
    let kinds: Vec<usize> = (0..KINDS.len())
        .filter(|place| {
            KINDS
                .get(*place)
                .is_some_and(|kind| [debit.kind, credit.kind].contains(kind))
        })
        .collect();
    let mut update = budget::Entity::update_many();
    for place in &kinds {
        let (Some(kind), Some(column)) = (KINDS.get(*place), COLUMNS.get(*place)) else {
            continue;
        };
        let change = changes.iter().fold(CaseStatement::new(), |case, (node, change)| {
            case.case(budget::Column::NodeId.eq(*node), Expr::value(change.of(*kind)))
        });
        update = update.col_expr(column.0, Expr::col(column.0).add(change));
    }
    let moved = update
        .filter(budget::Column::NodeId.is_in(changes.keys().copied()))
        .exec_with_returning(work.txn())
        .await?;
    if moved.len() != changes.len() {
        return Err(Error::internal("a node above an account has no budget"));
    }
    budget_entry::Entity::insert_many(moved.iter().map(|row| entry(transfer, row)))
        .exec_without_returning(work.txn())
        .await?;
    let mut same_day = OnConflict::columns([budget_day::Column::NodeId, budget_day::Column::EffectiveOn]);
    for column in kinds.iter().filter_map(|place| COLUMNS.get(*place)) {
        let sum = Expr::col((budget_day::Entity, column.1)).add(Expr::col(("excluded", column.1)));
        same_day.value(column.1, sum);
    }
    budget_day::Entity::insert_many(changes.iter().map(|(node, change)| day(transfer, *node, change)))
        .on_conflict(same_day)
        .exec_without_returning(work.txn())
        .await?;
    Ok(())
}

/// The columns of each of [`KINDS`], in a budget and in its days.
const COLUMNS: [(budget::Column, budget_day::Column); KINDS.len()] = [
    (budget::Column::EnvelopeMinor, budget_day::Column::EnvelopeMinor),
    (budget::Column::ProgrammeMinor, budget_day::Column::ProgrammeMinor),
    (budget::Column::CallMinor, budget_day::Column::CallMinor),
    (budget::Column::ReservedMinor, budget_day::Column::ReservedMinor),
    (budget::Column::AwardMinor, budget_day::Column::AwardMinor),
    (budget::Column::OrderedMinor, budget_day::Column::OrderedMinor),
    (budget::Column::PaidMinor, budget_day::Column::PaidMinor),
    (budget::Column::RecoverableMinor, budget_day::Column::RecoverableMinor),
    (budget::Column::RecoveredMinor, budget_day::Column::RecoveredMinor),
    (budget::Column::LapsedMinor, budget_day::Column::LapsedMinor),
];

fn entry(transfer: &transfer::Model, budget: &budget::Model) -> budget_entry::ActiveModel {
    budget_entry::ActiveModel {
        node_id: Set(budget.node_id),
        recorded_at: Set(transfer.recorded_at),
        seq: Set(transfer.seq),
        envelope_minor: Set(budget.envelope_minor),
        programme_minor: Set(budget.programme_minor),
        call_minor: Set(budget.call_minor),
        reserved_minor: Set(budget.reserved_minor),
        award_minor: Set(budget.award_minor),
        ordered_minor: Set(budget.ordered_minor),
        paid_minor: Set(budget.paid_minor),
        recoverable_minor: Set(budget.recoverable_minor),
        recovered_minor: Set(budget.recovered_minor),
        lapsed_minor: Set(budget.lapsed_minor),
    }
}

fn day(transfer: &transfer::Model, node: Uuid, change: &Balances) -> budget_day::ActiveModel {
    budget_day::ActiveModel {
        node_id: Set(node),
        effective_on: Set(transfer.effective_on),
        envelope_minor: Set(change.of(AccountKind::Envelope)),
        programme_minor: Set(change.of(AccountKind::Programme)),
        call_minor: Set(change.of(AccountKind::Call)),
        reserved_minor: Set(change.of(AccountKind::Reserved)),
        award_minor: Set(change.of(AccountKind::Award)),
        ordered_minor: Set(change.of(AccountKind::Ordered)),
        paid_minor: Set(change.of(AccountKind::Paid)),
        recoverable_minor: Set(change.of(AccountKind::Recoverable)),
        recovered_minor: Set(change.of(AccountKind::Recovered)),
        lapsed_minor: Set(change.of(AccountKind::Lapsed)),
    }
}
