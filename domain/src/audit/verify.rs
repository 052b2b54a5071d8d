//! `octroi verify`: proof that the ledger is whole and that nothing changed without its audit event.

use entity::value::{AccountKind, NodeKind, PaymentRequestStatus, TransferKind};
use entity::{
    agreement, application, assessment, audit_event, award, budget, call, decision, fiscal_year, fund, instalment,
    payment_request, programme, recovery, transfer,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use crate::fund::ledger::Balances;
pub use crate::fund::ledger::verify::{Fault, Report};
use crate::{Database, Result};

/// Rows read at a time.
const BATCH: u64 = 1_000;

/// Verifies the whole database as of one instant; `progress` is told the number of transfers replayed so far.
pub async fn verify(db: &Database, progress: &mut (dyn FnMut(u64) + Send)) -> Result<Report> {
    let snapshot = db.snapshot().await?;
    let mut report = Report::default();
    crate::fund::ledger::verify::verify(&snapshot, &mut report, progress).await?;
    report.audit_events = audit_event::Entity::find().count(&snapshot).await?;
    check_transfers_are_audited(&snapshot, &mut report).await?;
    check_payments(&snapshot, &mut report).await?;
    check_awards(&snapshot, &mut report).await?;
    check_statuses(&snapshot, &mut report).await?;
    snapshot.rollback().await?;
    Ok(report)
}

/// Every transfer names an audit event that exists.
async fn check_transfers_are_audited<C: ConnectionTrait>(db: &C, report: &mut Report) -> Result<()> {
    let event = Query::select()
        .expr(Expr::val(1))
        .from(audit_event::Entity)
        .and_where(
            Expr::col((audit_event::Entity, audit_event::Column::Id))
                .equals((transfer::Entity, transfer::Column::AuditEventId)),
        )
        .to_owned();
    let orphans = transfer::Entity::find()
        .filter(Expr::exists(event).not())
        .limit(BATCH)
        .all(db)
        .await?;
    for orphan in orphans {
        let what = format!(
            "transfer {} of fund {}: its audit event is missing",
            orphan.seq, orphan.fund_id
        );
        report.faults.push(Fault::new(what));
    }
    Ok(())
}

/// Every paid request has exactly one PAY that the bank did not undo, of its amount, and the other way round.
async fn check_payments<C: ConnectionTrait>(db: &C, report: &mut Report) -> Result<()> {
    let mut after = Uuid::nil();
    let mut paid_requests = 0_u64;
    loop {
        let batch = payment_request::Entity::find()
            .filter(payment_request::Column::Status.eq(PaymentRequestStatus::Paid))
            .filter(payment_request::Column::Id.gt(after))
            .order_by_asc(payment_request::Column::Id)
            .limit(BATCH)
            .all(db)
            .await?;
        let Some(last) = batch.last() else { break };
        after = last.id.0;
        let ids = batch.iter().map(|request| request.id.0);
        let payments = transfer::Entity::find()
            .filter(transfer::Column::SubjectId.is_in(ids))
            .filter(transfer::Column::Kind.eq(TransferKind::Pay))
            .all(db)
            .await?;
        for request in &batch {
            paid_requests += 1;
            let own: Vec<_> = payments
                .iter()
                .filter(|payment| payment.subject_id == request.id.0)
                .collect();
            if !matches!(own.as_slice(), [payment] if payment.amount_minor == request.amount_minor) {
                let what = format!("payment request {}: not exactly one payment of its amount", request.id);
                report.faults.push(Fault::new(what));
            }
        }
    }
    let payments = transfer::Entity::find()
        .filter(transfer::Column::Kind.eq(TransferKind::Pay))
        .count(db)
        .await?;
    if payments != paid_requests {
        let what = format!("{payments} payments in the ledger for {paid_requests} paid requests");
        report.faults.push(Fault::new(what));
    }
    Ok(())
}

/// Every award stands where its money stands: reserved in full until signed, committed in full from then on, and
/// ordered for exactly its ordered requests.
async fn check_awards<C: ConnectionTrait>(db: &C, report: &mut Report) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let batch = award::Entity::find()
            .filter(award::Column::Id.gt(after))
            .order_by_asc(award::Column::Id)
            .limit(BATCH)
            .all(db)
            .await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = last.id.0;
        let ids = || batch.iter().map(|award| award.id);
        let budgets = budget::Entity::find()
            .filter(budget::Column::NodeId.is_in(ids().map(|id| id.0)))
            .all(db)
            .await?;
        let ordered = payment_request::Entity::find()
            .filter(payment_request::Column::AwardId.is_in(ids()))
            .filter(payment_request::Column::Status.eq(PaymentRequestStatus::Ordered))
            .all(db)
            .await?;
        let reinstated = recovery::Entity::find()
            .filter(recovery::Column::AwardId.is_in(ids()))
            .filter(recovery::Column::ReinstatedAt.is_not_null())
            .all(db)
            .await?;
        for award in &batch {
            let budget = budgets.iter().find(|budget| budget.node_id == award.id.0);
            let balances = budget.map(Balances::from).unwrap_or_default();
            let own = ordered.iter().filter(|request| request.award_id == award.id);
            let ordered = own.map(|request| request.amount_minor).sum();
            let own = reinstated.iter().filter(|recovery| recovery.award_id == award.id);
            let reinstated = own.map(|recovery| recovery.amount_minor).sum();
            if !agrees(award, &balances, ordered, reinstated) {
                let what = format!("award {}: is {} and its money is elsewhere", award.id, award.status);
                report.faults.push(Fault::new(what));
            }
        }
    }
}

/// Whether the balances of an award are those of its state.
fn agrees(award: &award::Model, balances: &Balances, ordered: i64, reinstated: i64) -> bool {
    use AccountKind::{Award, Ordered, Paid, Recoverable, Recovered};
    use entity::value::AwardStatus::{Committed, Completed, InProgress, Lapsed, Reserved, Terminated};
    let sum = |kinds: &[AccountKind]| kinds.iter().map(|kind| balances.of(*kind)).sum::<i64>();
    let reserved = balances.of(AccountKind::Reserved);
    let to_pay = sum(&[Award, Ordered]);
    let spent = sum(&[Paid, Recoverable, Recovered]) + reinstated;
    let net = award.amount_minor - award.decommitted_minor;
    let whole = match award.status {
        Reserved => (reserved, to_pay + spent) == (net, 0),
        Committed => (reserved, to_pay, spent) == (0, net, 0),
        InProgress => (reserved, to_pay + spent) == (0, net) && spent > 0,
        Completed => (reserved, to_pay, spent) == (0, 0, net),
        Terminated | Lapsed => (reserved, to_pay, spent) == (0, 0, 0),
    };
    whole && balances.of(Ordered) == ordered
}

/// Reads the identifier and status of every row of a table, and compares them with the last audit event of each.
macro_rules! check_table {
    ($db:expr, $report:expr, $kind:expr, $table:ident) => {{
        let mut after = Uuid::nil();
        loop {
            let batch = $table::Entity::find()
                .filter($table::Column::Id.gt(after))
                .order_by_asc($table::Column::Id)
                .limit(BATCH)
                .all($db)
                .await?;
            let Some(last) = batch.last() else { break };
            after = last.id.into();
            let rows: Vec<(Uuid, String)> = batch.iter().map(|row| (row.id.into(), row.status.to_value())).collect();
            compare($db, $report, $kind, &rows).await?;
        }
    }};
}

/// No state changed without its audit event: the last one of each object tells the state it is in.
async fn check_statuses<C: ConnectionTrait>(db: &C, report: &mut Report) -> Result<()> {
    check_table!(db, report, NodeKind::Fund, fund);
    check_table!(db, report, NodeKind::Programme, programme);
    check_table!(db, report, NodeKind::Call, call);
    check_table!(db, report, NodeKind::Application, application);
    check_table!(db, report, NodeKind::Assessment, assessment);
    check_table!(db, report, NodeKind::Decision, decision);
    check_table!(db, report, NodeKind::Award, award);
    check_table!(db, report, NodeKind::Instalment, instalment);
    check_table!(db, report, NodeKind::PaymentRequest, payment_request);
    check_table!(db, report, NodeKind::Recovery, recovery);
    check_table!(db, report, NodeKind::FiscalYear, fiscal_year);
    let unsigned = award_without_agreement(db).await?;
    report.faults.extend(unsigned);
    Ok(())
}

/// An award that is past its reservation has its agreement.
async fn award_without_agreement<C: ConnectionTrait>(db: &C) -> Result<Vec<Fault>> {
    use entity::value::AwardStatus::{Lapsed, Reserved};
    let signed = Query::select()
        .column(agreement::Column::AwardId)
        .from(agreement::Entity)
        .to_owned();
    let unsigned = award::Entity::find()
        .filter(award::Column::Status.is_not_in([Reserved, Lapsed]))
        .filter(award::Column::Id.not_in_subquery(signed))
        .limit(BATCH)
        .all(db)
        .await?;
    Ok(unsigned
        .iter()
        .map(|award| Fault::new(format!("award {}: committed without an agreement", award.id)))
        .collect())
}

async fn compare<C: ConnectionTrait>(
    db: &C,
    report: &mut Report,
    kind: NodeKind,
    rows: &[(Uuid, String)],
) -> Result<()> {
    let events: Vec<(Uuid, String)> = audit_event::Entity::find()
        .select_only()
        .column(audit_event::Column::SubjectId)
        .column(audit_event::Column::After)
        .filter(audit_event::Column::SubjectId.is_in(rows.iter().map(|(id, _)| *id)))
        .order_by_asc(audit_event::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let last: std::collections::HashMap<Uuid, String> = events.into_iter().collect();
    for (id, status) in rows {
        let audited = last
            .get(id)
            .and_then(|after| serde_json::from_str::<serde_json::Value>(after).ok());
        let audited = audited
            .as_ref()
            .and_then(|after| after.get("status"))
            .and_then(serde_json::Value::as_str);
        if audited != Some(status.as_str()) {
            report.faults.push(Fault::new(format!(
                "{kind} {id}: is {status} and no audit event says so"
            )));
        }
    }
    Ok(())
}
