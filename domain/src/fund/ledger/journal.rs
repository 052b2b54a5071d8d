//! In whose journal an object's money is written. The fund of an object never changes.

use entity::value::{AwardId, CallId, DecisionId, FundId, PaymentRequestId, ProgrammeId, RecoveryId, TransferId};
use entity::{application, award, call, decision, ledger_head, payment_request, programme, recovery, transfer};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Query};

use crate::{Database, Result};

macro_rules! journals {
    ($($(#[$doc:meta])* $name:ident($id:ty) = $table:ident.$key:ident;)+) => {$(
        $(#[$doc])*
        pub(crate) async fn $name(db: &Database, id: $id) -> Result<Option<FundId>> {
            let rows = $table::Entity::find().filter($table::Column::$key.eq(id));
            let journal = rows.select_only().column($table::Column::FundId).into_tuple();
            Ok(journal.one(&db.reader).await?)
        }
    )+};
}

journals! {
    /// The journal of a fund.
    of_fund(FundId) = ledger_head.FundId;
    /// The journal of a programme's fund.
    of_programme(ProgrammeId) = programme.Id;
    /// The journal of a call's fund.
    of_call(CallId) = call.Id;
    /// The journal of an award's fund.
    of_award(AwardId) = award.Id;
    /// The journal a transfer is in.
    of_transfer(TransferId) = transfer.Id;
}

/// The journal of the fund that a decision promises money of.
pub(crate) async fn of_decision(db: &Database, id: DecisionId) -> Result<Option<FundId>> {
    let application = Query::select()
        .column(decision::Column::ApplicationId)
        .from(decision::Entity)
        .and_where(decision::Column::Id.eq(id))
        .to_owned();
    let rows = application::Entity::find().filter(application::Column::Id.in_subquery(application));
    let journal = rows.select_only().column(application::Column::FundId).into_tuple();
    Ok(journal.one(&db.reader).await?)
}

/// The journal of the fund that a payment comes from.
pub(crate) async fn of_payment_request(db: &Database, id: PaymentRequestId) -> Result<Option<FundId>> {
    let award = Query::select()
        .column(payment_request::Column::AwardId)
        .from(payment_request::Entity)
        .and_where(payment_request::Column::Id.eq(id))
        .to_owned();
    of_award_in(db, award).await
}

/// The journal of the fund that a recovery gives money back to.
pub(crate) async fn of_recovery(db: &Database, id: RecoveryId) -> Result<Option<FundId>> {
    let award = Query::select()
        .column(recovery::Column::AwardId)
        .from(recovery::Entity)
        .and_where(recovery::Column::Id.eq(id))
        .to_owned();
    of_award_in(db, award).await
}

async fn of_award_in(db: &Database, award: sea_orm::sea_query::SelectStatement) -> Result<Option<FundId>> {
    let rows = award::Entity::find().filter(award::Column::Id.in_subquery(award));
    let journal = rows.select_only().column(award::Column::FundId).into_tuple();
    Ok(journal.one(&db.reader).await?)
}
