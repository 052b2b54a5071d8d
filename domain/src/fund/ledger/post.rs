//! Writing transfers.
//!
//! The head of the fund's journal is locked first: transfers of a fund are numbered and chained one after the other
//! anyway, and once it is held no two of them can wait for each other. Commands post last, so that the lock is short.

use entity::value::{AccountKind, AuditEventId, Book, FundId, TransferId, TransferKind};
use entity::{account, budget, ledger_head, transfer};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use time::Date;
use uuid::Uuid;

use super::{chart, hash};
use crate::error::{Code, Refusal};
use crate::money::{Currency, Money};
use crate::work::Subject;
use crate::{Error, Result, Work};

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
}

/// Why transfers are made.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    /// The audit event of the change that causes them.
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
    /// The account the money leaves: its kind and its owner.
    pub(crate) debit: (AccountKind, Uuid),
    /// The account the money enters: its kind and its owner.
    pub(crate) credit: (AccountKind, Uuid),
    /// How much, in minor units; above zero.
    pub(crate) amount_minor: i64,
    /// The transfer it undoes.
    pub(crate) reverses: Option<TransferId>,
}

/// Writes transfers to a fund's journal: all of them with the rest of the Work, or none.
///
/// Refuses with `INSUFFICIENT_FUNDS`, available and requested amounts in the details, when an account would go below
/// zero.
pub(crate) async fn post(
    work: &Work,
    journal: Journal,
    cause: &Cause,
    movements: &[Movement],
) -> Result<Vec<TransferId>> {
    let count = i64::try_from(movements.len()).map_err(Error::internal)?;
    let mut head = ledger_head::Entity::update_many()
        .col_expr(ledger_head::Column::Seq, Expr::col(ledger_head::Column::Seq).add(count))
        .filter(ledger_head::Column::FundId.eq(journal.fund))
        .exec_with_returning(work.txn())
        .await?
        .pop()
        .ok_or_else(|| Error::internal("a fund has no journal"))?;
    let mut written = Vec::with_capacity(movements.len());
    // Another process may have written in the meantime, by a clock a little ahead: the journal never goes back in time.
    head.recorded_at = Ord::max(head.recorded_at, work.now);
    head.seq -= count;
    for movement in movements {
        head.seq += 1;
        let transfer = post_one(work, journal, cause, movement, &head).await?;
        head.hash = transfer.hash;
        written.push(transfer.id);
    }
    ledger_head::Entity::update_many()
        .col_expr(ledger_head::Column::Hash, Expr::value(head.hash))
        .col_expr(ledger_head::Column::RecordedAt, Expr::value(head.recorded_at))
        .filter(ledger_head::Column::FundId.eq(journal.fund))
        .exec(work.txn())
        .await?;
    Ok(written)
}

async fn post_one(
    work: &Work,
    journal: Journal,
    cause: &Cause,
    movement: &Movement,
    head: &ledger_head::Model,
) -> Result<transfer::Model> {
    if !chart::permits(movement.kind, movement.debit.0, movement.credit.0) || movement.amount_minor <= 0 {
        return Err(Error::internal("a transfer that the chart of accounts does not know"));
    }
    let debit = debit(work, journal, movement).await?;
    let credit = credit(work, journal, movement).await?;
    move_budget(work, &debit, movement.amount_minor, ExprTrait::sub).await?;
    move_budget(work, &credit, movement.amount_minor, ExprTrait::add).await?;
    let mut transfer = transfer::Model {
        id: TransferId::new(),
        fund_id: journal.fund,
        seq: head.seq,
        kind: movement.kind,
        debit_account_id: debit.id,
        credit_account_id: credit.id,
        amount_minor: movement.amount_minor,
        debit_balance_minor: debit.credits_minor - debit.debits_minor,
        credit_balance_minor: credit.credits_minor - credit.debits_minor,
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
        previous_hash: head.hash.clone(),
        hash: String::new(),
    };
    transfer.hash = hash::of(&transfer);
    let row = transfer.clone().into_active_model().reset_all();
    transfer::Entity::insert(row).exec_without_returning(work.txn()).await?;
    Ok(transfer)
}

/// Takes the amount from an account, on condition that it holds as much.
async fn debit(work: &Work, journal: Journal, movement: &Movement) -> Result<account::Model> {
    let (kind, _) = movement.debit;
    let after = Expr::col(account::Column::DebitsMinor).add(movement.amount_minor);
    let limit: SimpleExpr = match kind {
        AccountKind::Source => Expr::value(CEILING_MINOR),
        _ => Expr::col(account::Column::CreditsMinor),
    };
    let updated = account::Entity::update_many()
        .col_expr(account::Column::DebitsMinor, after.clone())
        .col_expr(account::Column::Version, Expr::col(account::Column::Version).add(1))
        .filter(key(journal, movement.debit))
        .filter(after.lte(limit))
        .exec_with_returning(work.txn())
        .await?
        .pop();
    match updated {
        Some(account) => Ok(account),
        None => Err(insufficient(work, journal, movement).await?),
    }
}

async fn credit(work: &Work, journal: Journal, movement: &Movement) -> Result<account::Model> {
    let after = Expr::col(account::Column::CreditsMinor).add(movement.amount_minor);
    account::Entity::update_many()
        .col_expr(account::Column::CreditsMinor, after.clone())
        .col_expr(account::Column::Version, Expr::col(account::Column::Version).add(1))
        .filter(key(journal, movement.credit))
        .filter(after.lte(CEILING_MINOR))
        .exec_with_returning(work.txn())
        .await?
        .pop()
        .ok_or_else(|| Error::internal("an account to credit is missing or full"))
}

fn key(journal: Journal, (kind, owner): (AccountKind, Uuid)) -> Condition {
    Condition::all()
        .add(account::Column::OwnerId.eq(owner))
        .add(account::Column::Kind.eq(kind))
        .add(account::Column::Book.eq(Book::Ae))
        .add(account::Column::FiscalYear.eq(0))
        .add(account::Column::FundId.eq(journal.fund))
}

async fn insufficient(work: &Work, journal: Journal, movement: &Movement) -> Result<Error> {
    let account = account::Entity::find()
        .filter(key(journal, movement.debit))
        .one(work.txn())
        .await?
        .ok_or_else(|| Error::internal("an account to debit is missing"))?;
    let available = Money::new(account.credits_minor - account.debits_minor, journal.currency);
    let requested = Money::new(movement.amount_minor, journal.currency);
    let (en, fr) = chart::name(account.kind);
    let refusal = Refusal::new(
        Code::InsufficientFunds,
        format!("{requested} requested, {available} available: {en}."),
        format!("{requested} demandés, {available} disponibles : {fr}."),
    );
    Ok(refusal
        .with_money("available", available)
        .with_money("requested", requested)
        .into())
}

/// Adds to, or takes from, the balance that every node above the account shows for its kind. The source is outside.
async fn move_budget(
    work: &Work,
    account: &account::Model,
    amount_minor: i64,
    change: fn(SimpleExpr, i64) -> SimpleExpr,
) -> Result<()> {
    let column = match account.kind {
        AccountKind::Source => return Ok(()),
        AccountKind::Envelope => budget::Column::EnvelopeMinor,
        AccountKind::Programme => budget::Column::ProgrammeMinor,
        AccountKind::Call => budget::Column::CallMinor,
        AccountKind::Reserved => budget::Column::ReservedMinor,
        AccountKind::Award => budget::Column::AwardMinor,
        AccountKind::Ordered => budget::Column::OrderedMinor,
        AccountKind::Paid => budget::Column::PaidMinor,
    };
    let nodes = [
        Some(account.fund_id.0),
        account.programme_id.map(Uuid::from),
        account.call_id.map(Uuid::from),
        account.award_id.map(Uuid::from),
    ];
    let nodes: Vec<Uuid> = nodes.into_iter().flatten().collect();
    let moved = budget::Entity::update_many()
        .col_expr(column, change(Expr::col(column), amount_minor))
        .filter(budget::Column::NodeId.is_in(nodes.iter().copied()))
        .exec(work.txn())
        .await?;
    if usize::try_from(moved.rows_affected).is_ok_and(|rows| rows == nodes.len()) {
        Ok(())
    } else {
        Err(Error::internal("a node above an account has no budget"))
    }
}
