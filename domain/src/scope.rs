//! From what somebody holds to what a query may return: conditions that scoped queries are born with.

use entity::application;
use entity::partner;
use entity::value::{ApplicationStatus, OrganisationId};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::actor::Places;

/// Rows whose fund or call is among the places.
pub(crate) fn within<C: ColumnTrait>(places: &Places, fund: C, call: C) -> Condition {
    match places {
        Places::All => Condition::all().add(Expr::val(1).eq(1)),
        Places::Of { funds, calls } => {
            let in_funds = fund.is_in(funds.iter().copied());
            Condition::any().add(in_funds).add(call.is_in(calls.iter().copied()))
        }
    }
}

/// Applications in which one of the organisations leads or is a partner.
pub(crate) fn tied(organisations: &[OrganisationId]) -> Condition {
    let as_partner = Query::select()
        .column(partner::Column::ApplicationId)
        .from(partner::Entity)
        .and_where(partner::Column::OrganisationId.is_in(organisations.iter().copied()))
        .to_owned();
    Condition::any()
        .add(application::Column::OrganisationId.is_in(organisations.iter().copied()))
        .add(application::Column::Id.in_subquery(as_partner))
}

/// Applications in which one of the organisations leads or is a partner, and of which it does not know the outcome.
/// What is promised where they are would tell it.
pub(crate) fn awaiting_decision(organisations: &[OrganisationId]) -> Condition {
    Condition::all()
        .add(tied(organisations))
        .add(application::Column::Status.is_in(UNDECIDED))
}

/// The states of an application whose outcome its organisations do not know.
const UNDECIDED: [ApplicationStatus; 4] = [
    ApplicationStatus::Submitted,
    ApplicationStatus::ChangesRequested,
    ApplicationStatus::UnderEvaluation,
    ApplicationStatus::Waitlisted,
];
