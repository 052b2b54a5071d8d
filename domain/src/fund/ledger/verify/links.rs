//! What transfers name: the audit event of their change, the object it is about, the transfer they undo.

use std::collections::HashMap;

use entity::value::{
    AuditEventId, AwardId, Instant, NodeKind, PaymentRequestId, RecoveryId, TransferId, TransferKind, UserId,
};
use entity::{account, audit_event, payment_request, recovery, transfer};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::report::Check;
use super::rows;
use crate::Result;
use crate::fund::ledger::chart;

/// What the transfers of a batch name.
pub(super) struct Links {
    events: HashMap<AuditEventId, Event>,
    /// The award of each payment request and recovery.
    awards: HashMap<(NodeKind, Uuid), AwardId>,
    undone: HashMap<TransferId, Undone>,
}

struct Event {
    /// The kind as the database has it, which may be none.
    subject: (String, Uuid),
    actor: Option<UserId>,
    at: Instant,
}

/// A transfer that was undone, and by which one first.
struct Undone {
    transfer: transfer::Model,
    first: Option<i64>,
}

/// The kind of object that a transfer is about.
const fn subject(kind: TransferKind) -> NodeKind {
    match kind {
        TransferKind::Open
        | TransferKind::Reduce
        | TransferKind::Allocate
        | TransferKind::Deallocate
        | TransferKind::Redeploy
        | TransferKind::CarryOver => NodeKind::Fund,
        TransferKind::Reserve | TransferKind::Release | TransferKind::Commit | TransferKind::Decommit => {
            NodeKind::Award
        }
        TransferKind::Order | TransferKind::Pay | TransferKind::Reject => NodeKind::PaymentRequest,
        TransferKind::RecoveryIssued
        | TransferKind::RecoveryReceived
        | TransferKind::RecoveryCancelled
        | TransferKind::Reinstate => NodeKind::Recovery,
    }
}

impl Links {
    /// Loads what the transfers of a batch name.
    pub(super) async fn load(check: &mut Check<'_>, batch: &[transfer::Model]) -> Result<Self> {
        let snapshot = check.snapshot;
        let about = |kind: NodeKind| {
            let own = batch.iter().filter(move |transfer| transfer.subject_kind == kind);
            own.map(|transfer| transfer.subject_id).collect::<Vec<_>>()
        };
        let mut awards = HashMap::new();
        let requests = about(NodeKind::PaymentRequest);
        if !requests.is_empty() {
            let found = payment_request::Entity::find()
                .filter(payment_request::Column::Id.is_in(requests))
                .select_only()
                .columns([payment_request::Column::Id, payment_request::Column::AwardId])
                .into_tuple::<(PaymentRequestId, AwardId)>()
                .all(snapshot)
                .await?;
            awards.extend(
                found
                    .into_iter()
                    .map(|(id, award)| ((NodeKind::PaymentRequest, id.0), award)),
            );
        }
        let recoveries = about(NodeKind::Recovery);
        if !recoveries.is_empty() {
            let found = recovery::Entity::find()
                .filter(recovery::Column::Id.is_in(recoveries))
                .select_only()
                .columns([recovery::Column::Id, recovery::Column::AwardId])
                .into_tuple::<(RecoveryId, AwardId)>()
                .all(snapshot)
                .await?;
            awards.extend(found.into_iter().map(|(id, award)| ((NodeKind::Recovery, id.0), award)));
        }
        Ok(Self {
            events: events(snapshot, batch).await?,
            awards,
            undone: undone(check, batch).await?,
        })
    }

    /// Checks the audit event of a transfer, and the transfer it undoes.
    pub(super) fn check(&self, transfer: &transfer::Model, wrong: &mut Vec<String>) {
        match self.events.get(&transfer.audit_event_id) {
            None => wrong.push("its audit event is missing".to_owned()),
            Some(event) => {
                let subject = (transfer.subject_kind.to_string(), transfer.subject_id);
                if event.subject != subject || event.actor != transfer.actor_id || event.at > transfer.recorded_at {
                    wrong.push(format!("audit event {} is of another change", transfer.audit_event_id));
                }
            }
        }
        match transfer.reverses_id {
            Some(id) => self.check_reversal(transfer, id, wrong),
            None if transfer.kind == TransferKind::Reject => {
                wrong.push("it does not name the order it undoes".to_owned());
            }
            None => {}
        }
    }

    fn check_reversal(&self, transfer: &transfer::Model, id: TransferId, wrong: &mut Vec<String>) {
        let Some(Undone {
            transfer: undone,
            first,
        }) = self.undone.get(&id)
        else {
            wrong.push(format!("transfer {id}, which it undoes, does not exist"));
            return;
        };
        let kind = if transfer.kind == TransferKind::Reject {
            undone.kind == TransferKind::Order && undone.subject_id == transfer.subject_id
        } else {
            chart::inverse(undone.kind) == Some(transfer.kind) && undone.reverses_id.is_none()
        };
        let back = (undone.debit_account_id, undone.credit_account_id)
            == (transfer.credit_account_id, transfer.debit_account_id);
        let same = (undone.fund_id, undone.amount_minor) == (transfer.fund_id, transfer.amount_minor);
        if !kind || !back || !same || undone.seq >= transfer.seq {
            wrong.push(format!("it is not transfer {} the other way round", undone.seq));
        }
        if first.is_some_and(|first| first < transfer.seq) {
            wrong.push(format!("transfer {} was undone before", undone.seq));
        }
    }

    /// Checks the object that a transfer is about: the fund, the award whose money it is, or something of that award.
    pub(super) fn check_subject(
        &self,
        transfer: &transfer::Model,
        debit: &account::Model,
        credit: &account::Model,
        wrong: &mut Vec<String>,
    ) {
        let (kind, id) = (transfer.subject_kind, transfer.subject_id);
        let award = debit.award_id.or(credit.award_id);
        let own = match kind {
            NodeKind::Fund => id == transfer.fund_id.0,
            NodeKind::Award => award.is_some_and(|award| award.0 == id),
            // An account of payment credits is of no award: its order is that of the transfer before it.
            _ => self
                .awards
                .get(&(kind, id))
                .is_some_and(|own| award.is_none_or(|award| award == *own)),
        };
        if kind != subject(transfer.kind) || !own {
            wrong.push(format!(
                "{kind} {id}, which it is about, does not exist or has no such money"
            ));
        }
    }
}

async fn events(snapshot: &DatabaseTransaction, batch: &[transfer::Model]) -> Result<HashMap<AuditEventId, Event>> {
    let found = audit_event::Entity::find()
        .filter(audit_event::Column::Id.is_in(batch.iter().map(|transfer| transfer.audit_event_id)))
        .select_only()
        .columns([
            audit_event::Column::Id,
            audit_event::Column::SubjectKind,
            audit_event::Column::SubjectId,
            audit_event::Column::ActorId,
            audit_event::Column::At,
        ])
        .into_tuple::<(AuditEventId, String, Uuid, Option<UserId>, Instant)>()
        .all(snapshot)
        .await?;
    let event = |(id, kind, subject, actor, at)| {
        let subject = (kind, subject);
        (id, Event { subject, actor, at })
    };
    Ok(found.into_iter().map(event).collect())
}

async fn undone(check: &mut Check<'_>, batch: &[transfer::Model]) -> Result<HashMap<TransferId, Undone>> {
    let named: Vec<TransferId> = batch.iter().filter_map(|transfer| transfer.reverses_id).collect();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let found = transfer::Entity::find()
        .filter(transfer::Column::Id.is_in(named.iter().copied()))
        .order_by_asc(transfer::Column::Id);
    let found = rows::all(check, found).await?;
    // The database permits one only; whoever alters rows can lift that too.
    let by = transfer::Entity::find()
        .filter(transfer::Column::ReversesId.is_in(named))
        .order_by_desc(transfer::Column::Seq)
        .select_only()
        .columns([transfer::Column::ReversesId, transfer::Column::Seq])
        .into_tuple::<(TransferId, i64)>()
        .all(check.snapshot)
        .await?;
    let first: HashMap<TransferId, i64> = by.into_iter().collect();
    let undone = found.into_iter().map(|transfer| {
        let first = first.get(&transfer.id).copied();
        (transfer.id, Undone { transfer, first })
    });
    Ok(undone.collect())
}
