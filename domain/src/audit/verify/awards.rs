//! Awards: each stands where its money stands, and so do its instalments.

use std::collections::HashMap;

use entity::value::{AccountKind, AwardId, FundId, InstalmentStatus, PaymentRequestStatus};
use entity::{agreement, award, instalment, payment_request, recovery};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::payments;
use crate::Result;
use crate::fund::ledger::Balances;
use crate::fund::ledger::verify::{Books, Check, Flow, rows};

/// Checks all awards, or those of one fund, with their instalments, payment requests and recoveries.
pub(super) async fn check(check: &mut Check<'_>, books: &Books, fund: Option<FundId>) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let page = award::Entity::find()
            .filter(award::Column::Id.gt(after))
            .filter(Condition::all().add_option(fund.map(|id| award::Column::FundId.eq(id))))
            .order_by_asc(award::Column::Id);
        let batch = rows::batch(check, page).await?;
        let Some(last) = batch.rows.last() else { return Ok(()) };
        after = last.id.0;
        let mut files = load(check, &batch.rows).await?;
        payments::check(check, books, files.values()).await?;
        for award in &batch.rows {
            let file = files.remove(&award.id).unwrap_or_default();
            check_award(check, books, award, &file);
        }
        if batch.is_last {
            return Ok(());
        }
    }
}

/// What belongs to an award.
#[derive(Default)]
pub(super) struct File {
    signed: bool,
    instalments: Vec<instalment::Model>,
    /// Claims on its instalments.
    pub(super) requests: Vec<payment_request::Model>,
    /// What was claimed back.
    pub(super) recoveries: Vec<recovery::Model>,
}

async fn load(check: &mut Check<'_>, awards: &[award::Model]) -> Result<HashMap<AwardId, File>> {
    let mut files: HashMap<AwardId, File> = HashMap::with_capacity(awards.len());
    let ids = || awards.iter().map(|award| award.id);
    let agreements = agreement::Entity::find()
        .filter(agreement::Column::AwardId.is_in(ids()))
        .select_only()
        .column(agreement::Column::AwardId)
        .into_tuple::<AwardId>();
    for award in agreements.all(check.snapshot).await? {
        files.entry(award).or_default().signed = true;
    }
    let instalments = instalment::Entity::find()
        .filter(instalment::Column::AwardId.is_in(ids()))
        .order_by_asc(instalment::Column::Id);
    for row in rows::all(check, instalments).await? {
        files.entry(row.award_id).or_default().instalments.push(row);
    }
    let requests = payment_request::Entity::find()
        .filter(payment_request::Column::AwardId.is_in(ids()))
        .order_by_asc(payment_request::Column::Id);
    for row in rows::all(check, requests).await? {
        files.entry(row.award_id).or_default().requests.push(row);
    }
    let recoveries = recovery::Entity::find()
        .filter(recovery::Column::AwardId.is_in(ids()))
        .order_by_asc(recovery::Column::Id);
    for row in rows::all(check, recoveries).await? {
        files.entry(row.award_id).or_default().recoveries.push(row);
    }
    Ok(files)
}

fn check_award(check: &mut Check<'_>, books: &Books, award: &award::Model, file: &File) {
    use entity::value::AwardStatus::{Lapsed, Reserved};
    let place = format!("AWARD {}", award.id);
    let (balances, flow) = (books.balances(award.id.0), books.flow(award.id));
    if !agrees(award, &balances, flow) {
        check.fault(&place, format!("it is {} and its money is elsewhere", award.status));
    }
    let ordered = file.claimed(PaymentRequestStatus::Ordered, |_| true);
    if i128::from(balances.of(AccountKind::Ordered)) != ordered {
        check.fault(
            &place,
            format!("its payment requests say that {ordered} is ordered, and its money does not"),
        );
    }
    let signed = !matches!(award.status, Reserved | Lapsed);
    if signed != file.signed {
        let what = if signed { "without" } else { "with" };
        check.fault(&place, format!("it is {} {what} an agreement", award.status));
    }
    let due = file
        .instalments
        .iter()
        .filter(|row| row.status != InstalmentStatus::Cancelled);
    let due: i128 = due.map(|row| i128::from(row.amount_minor)).sum();
    let left = i128::from(award.amount_minor) - i128::from(award.decommitted_minor);
    if due != if signed { left } else { 0 } {
        check.fault(&place, format!("its instalments add up to {due}"));
    }
    for instalment in &file.instalments {
        check_instalment(check, file, instalment);
    }
    for request in &file.requests {
        if !file.instalments.iter().any(|row| row.id == request.instalment_id) {
            check.fault(
                format_args!("PAYMENT_REQUEST {}", request.id),
                "its instalment is not of its award",
            );
        }
    }
}

impl File {
    /// The sum of the claims in a state, in minor units.
    fn claimed(&self, status: PaymentRequestStatus, of: impl Fn(&payment_request::Model) -> bool) -> i128 {
        let claims = self
            .requests
            .iter()
            .filter(|request| request.status == status && of(request));
        claims.map(|request| i128::from(request.amount_minor)).sum()
    }
}

/// Whether what moved to and from an award, and what its accounts hold, are those of its state.
fn agrees(award: &award::Model, balances: &Balances, flow: Flow) -> bool {
    use AccountKind::{Award, Ordered, Paid, Recoverable, Recovered};
    use entity::value::AwardStatus::{Committed, Completed, InProgress, Lapsed, Reserved, Terminated};
    let sum = |kinds: &[AccountKind]| kinds.iter().map(|kind| i128::from(balances.of(*kind))).sum::<i128>();
    let amount = award.amount_minor;
    let moved = match award.status {
        Reserved => (amount, 0, 0, 0, 0),
        Lapsed => (amount, amount, 0, 0, 0),
        Committed | InProgress | Completed | Terminated => {
            (amount, 0, amount, award.decommitted_minor, flow.reinstated)
        }
    };
    let reserved = i128::from(balances.of(AccountKind::Reserved));
    let to_pay = sum(&[Award, Ordered]);
    let spent = sum(&[Paid, Recoverable, Recovered]) + i128::from(flow.reinstated);
    let net = i128::from(amount) - i128::from(award.decommitted_minor);
    let stands = match award.status {
        Reserved => (reserved, to_pay + spent) == (net, 0),
        Committed => (reserved, to_pay, spent) == (0, net, 0) && to_pay > 0,
        InProgress => (reserved, to_pay + spent) == (0, net) && to_pay > 0 && spent > 0,
        Completed => (reserved, to_pay, spent) == (0, 0, net) && spent > 0,
        Terminated | Lapsed => (reserved, to_pay, spent) == (0, 0, 0),
    };
    let flow = (
        flow.reserved,
        flow.released,
        flow.committed,
        flow.decommitted,
        flow.reinstated,
    );
    stands && flow == moved
}

/// An instalment is paid when all of it is, and nothing is paid beyond it.
fn check_instalment(check: &mut Check<'_>, file: &File, instalment: &instalment::Model) {
    use InstalmentStatus::{Cancelled, Paid, Requested, Scheduled};
    let claimed = |status| file.claimed(status, |request| request.instalment_id == instalment.id);
    let (paid, ordered) = (
        claimed(PaymentRequestStatus::Paid),
        claimed(PaymentRequestStatus::Ordered),
    );
    let left = i128::from(instalment.amount_minor) - paid;
    let agrees = match instalment.status {
        Scheduled => left > 0 && ordered == 0,
        Requested => left > 0 && ordered <= left,
        Paid => (left, ordered) == (0, 0),
        Cancelled => (paid, ordered) == (0, 0),
    };
    if !agrees {
        let what = format!(
            "it is {}, and {paid} of it is paid and {ordered} ordered",
            instalment.status
        );
        check.fault(format_args!("INSTALMENT {}", instalment.id), what);
    }
}

#[cfg(test)]
mod tests {
    use entity::value::{ApplicationId, AwardStatus, CallId, DecisionId, FundId, Instant, OrganisationId};

    use super::*;

    fn award(status: AwardStatus, decommitted_minor: i64) -> award::Model {
        award::Model {
            id: AwardId::new(),
            decision_id: DecisionId::new(),
            application_id: ApplicationId::new(),
            call_id: CallId::new(),
            fund_id: FundId::new(),
            organisation_id: OrganisationId::new(),
            title: String::new(),
            amount_minor: 100,
            decommitted_minor,
            status,
            created_at: Instant(0),
            illustrative: None,
        }
    }

    fn balances(of: &[(AccountKind, i64)]) -> Balances {
        let mut balances = Balances::default();
        for (kind, balance) in of {
            balances.add(*kind, *balance);
        }
        balances
    }

    #[test]
    fn an_award_stands_where_its_money_stands() {
        use AwardStatus::{Committed, Completed, InProgress, Lapsed, Reserved, Terminated};
        let reserved = Flow {
            reserved: 100,
            ..Flow::default()
        };
        let committed = Flow {
            committed: 100,
            ..reserved
        };
        let part = Flow {
            decommitted: 30,
            ..committed
        };
        let agree = |status, decommitted, of: &[(AccountKind, i64)], flow| {
            let award = award(status, decommitted);
            AwardStatus::ALL
                .iter()
                .filter(|other| {
                    agrees(
                        &award::Model {
                            status: **other,
                            ..award.clone()
                        },
                        &balances(of),
                        flow,
                    )
                })
                .copied()
                .collect::<Vec<_>>()
                == [status]
        };
        assert!(agree(Reserved, 0, &[(AccountKind::Reserved, 100)], reserved));
        let released = Flow {
            released: 100,
            ..reserved
        };
        assert!(agree(Lapsed, 0, &[], released));
        assert!(agree(Committed, 0, &[(AccountKind::Award, 100)], committed));
        assert!(agree(Committed, 30, &[(AccountKind::Award, 70)], part));
        assert!(
            !agree(Committed, 0, &[(AccountKind::Award, 70)], part),
            "what was decommitted is not told"
        );
        let begun = [
            (AccountKind::Award, 50),
            (AccountKind::Ordered, 10),
            (AccountKind::Paid, 10),
        ];
        assert!(agree(InProgress, 30, &begun, part));
        let all = [
            (AccountKind::Paid, 40),
            (AccountKind::Recoverable, 20),
            (AccountKind::Recovered, 10),
        ];
        assert!(agree(Completed, 30, &all, part));
        let reinstated = Flow { reinstated: 70, ..part };
        assert!(agree(Completed, 30, &[], reinstated));
        let nothing = Flow {
            decommitted: 100,
            ..committed
        };
        assert!(agree(Terminated, 100, &[], nothing));
    }
}
