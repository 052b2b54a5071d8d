//! Payment credits (crédits de paiement): what a programme may order in a fiscal year.

use entity::value::{AccountKind, Book, FiscalYearId, FiscalYearStatus, FundId, NodeKind, ProgrammeId, TransferKind};
use entity::{fiscal_year, programme};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;

use super::order::{Order, check_may_move, load_to_move};
use crate::error::{Reasons, Refusal};
use crate::fund::ledger::{self, Key, journal};
use crate::fund::lifecycle::{Event, FiscalYearEvent};
use crate::fund::rules;
use crate::money::Money;
use crate::work::{Idempotency, Subject};
use crate::{Command, Database, Error, Result, Work};

/// Gives a programme payment credits for a fiscal year; the first time, the year is opened.
#[derive(Clone, Debug, Serialize)]
pub struct OpenPaymentCredits {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The fiscal year, as 2026.
    pub fiscal_year: i32,
    /// How much, and on whose word.
    #[serde(flatten)]
    pub order: Order,
}

impl Command for OpenPaymentCredits {
    type Output = ProgrammeId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("openPaymentCredits", &self.order.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_programme(db, self.programme_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<ProgrammeId> {
        let programme = find(work, self.programme_id).await?;
        let way = (
            TransferKind::Open,
            Key::credits(AccountKind::Source, programme.fund_id, self.fiscal_year),
            Key::credits(AccountKind::Programme, programme.id, self.fiscal_year),
        );
        let steps = [(self.fiscal_year, FiscalYearEvent::Open, "fiscalYear")];
        move_credits(work, programme.fund_id, &steps, &self.order, "fund.open_credits", way).await?;
        Ok(programme.id)
    }
}

/// Cuts the payment credits of a programme. Only what is not consumed can be cut.
#[derive(Clone, Debug, Serialize)]
pub struct ReducePaymentCredits {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The fiscal year, as 2026.
    pub fiscal_year: i32,
    /// By how much, and on whose word.
    #[serde(flatten)]
    pub order: Order,
}

impl Command for ReducePaymentCredits {
    type Output = ProgrammeId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("reducePaymentCredits", &self.order.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_programme(db, self.programme_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<ProgrammeId> {
        let programme = find(work, self.programme_id).await?;
        let way = (
            TransferKind::Reduce,
            Key::credits(AccountKind::Programme, programme.id, self.fiscal_year),
            Key::credits(AccountKind::Source, programme.fund_id, self.fiscal_year),
        );
        let steps = [(self.fiscal_year, FiscalYearEvent::Use, "fiscalYear")];
        move_credits(work, programme.fund_id, &steps, &self.order, "fund.reduce_credits", way).await?;
        Ok(programme.id)
    }
}

/// Moves payment credits from one programme to another, in the same fund and fiscal year.
#[derive(Clone, Debug, Serialize)]
pub struct MovePaymentCredits {
    /// Who gives them.
    pub from: ProgrammeId,
    /// Who receives them.
    pub to: ProgrammeId,
    /// The fiscal year, as 2026.
    pub fiscal_year: i32,
    /// How much, and on whose word.
    #[serde(flatten)]
    pub order: Order,
}

impl Command for MovePaymentCredits {
    type Output = (ProgrammeId, ProgrammeId);

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("movePaymentCredits", &self.order.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_programme(db, self.from).await
    }

    async fn run(&self, work: &mut Work) -> Result<(ProgrammeId, ProgrammeId)> {
        // One after the other: whoever may not move the money of the first is told nothing of the second.
        let from = find(work, self.from).await?;
        check_may_move(work, from.fund_id).await?;
        let to = find(work, self.to).await?;
        check_may_move(work, to.fund_id).await?;
        if from.id == to.id || from.fund_id != to.fund_id {
            return Err(Refusal::invalid(
                "to",
                "Payment credits move between two programmes of the same fund.",
                "Les crédits de paiement se déplacent entre deux programmes du même fonds.",
            )
            .into());
        }
        let way = (
            TransferKind::Redeploy,
            Key::credits(AccountKind::Programme, from.id, self.fiscal_year),
            Key::credits(AccountKind::Programme, to.id, self.fiscal_year),
        );
        let steps = [(self.fiscal_year, FiscalYearEvent::Use, "fiscalYear")];
        move_credits(work, from.fund_id, &steps, &self.order, "fund.move_credits", way).await?;
        Ok((from.id, to.id))
    }
}

/// Takes payment credits that a programme has not consumed to the next fiscal year (report de crédits). The year they
/// come from may be closed; the next one may not.
#[derive(Clone, Debug, Serialize)]
pub struct CarryOverPaymentCredits {
    /// The programme.
    pub programme_id: ProgrammeId,
    /// The fiscal year they come from, as 2026.
    pub fiscal_year: i32,
    /// How much, and on whose word.
    #[serde(flatten)]
    pub order: Order,
}

impl Command for CarryOverPaymentCredits {
    type Output = ProgrammeId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("carryOverPaymentCredits", &self.order.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_programme(db, self.programme_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<ProgrammeId> {
        let programme = find(work, self.programme_id).await?;
        let next = self.fiscal_year.saturating_add(1);
        let way = (
            TransferKind::CarryOver,
            Key::credits(AccountKind::Programme, programme.id, self.fiscal_year),
            Key::credits(AccountKind::Programme, programme.id, next),
        );
        let steps = [
            (self.fiscal_year, FiscalYearEvent::CarryOver, "fiscalYear"),
            (next, FiscalYearEvent::Open, "fiscalYear"),
        ];
        move_credits(
            work,
            programme.fund_id,
            &steps,
            &self.order,
            "fund.carry_over_credits",
            way,
        )
        .await?;
        Ok(programme.id)
    }
}

/// Closes a fiscal year: nothing more is opened, moved or ordered in it. What is left can be carried over, and what was
/// ordered in it can still be paid, or come back.
#[derive(Clone, Debug, Serialize)]
pub struct CloseFiscalYear {
    /// The fund.
    pub fund_id: FundId,
    /// The fiscal year, as 2026.
    pub fiscal_year: i32,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for CloseFiscalYear {
    type Output = FundId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("closeFiscalYear", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_fund(db, self.fund_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<FundId> {
        let fund = load_to_move(work, self.fund_id).await?;
        // Orders take this lock too: what is ordered before counts for the year, what comes after is refused.
        work.journal_end(fund.id).await?;
        let closed_by = work.actor.require_user()?;
        let before = fiscal_year_of(work, fund.id, self.fiscal_year).await?;
        let before = before.ok_or_else(|| Error::from(unknown_year()))?;
        let mut change = before.clone().into_active_model();
        change.status = Set(FiscalYearEvent::Close.apply(before.status)?);
        change.closed_by = Set(Some(closed_by));
        change.closed_at = Set(Some(work.now));
        let after = change.update(work.txn()).await?;
        let subject = Subject::new(NodeKind::FiscalYear, after.id);
        work.record("fiscal_year.close", subject, Some(&before), &after).await?;
        Ok(fund.id)
    }
}

fn unknown_year() -> Refusal {
    Refusal::invalid(
        "fiscalYear",
        "The fund has no payment credits for this year.",
        "Le fonds n'a pas de crédits de paiement pour cet exercice.",
    )
}

async fn find(work: &Work, id: ProgrammeId) -> Result<programme::Model> {
    let found = programme::Entity::find_by_id(id).one(work.txn()).await?;
    found.ok_or(Error::NotFound)
}

/// The fiscal year of a fund, if it has credits for it.
pub(crate) async fn fiscal_year_of(work: &Work, fund: FundId, year: i32) -> Result<Option<fiscal_year::Model>> {
    let select = fiscal_year::Entity::find()
        .filter(fiscal_year::Column::FundId.eq(fund))
        .filter(fiscal_year::Column::Year.eq(year));
    Ok(select.one(work.txn()).await?)
}

/// Checks an operation on payment credits, with what happens to each fiscal year it touches, and carries it out.
async fn move_credits(
    work: &mut Work,
    fund: FundId,
    years: &[(i32, FiscalYearEvent, &str)],
    order: &Order,
    action: &str,
    way: (TransferKind, Key, Key),
) -> Result<()> {
    let fund = load_to_move(work, fund).await?;
    work.journal_end(fund.id).await?;
    let mut reasons = Reasons::none();
    reasons.keep(Event::Spend.apply(fund.status));
    let mut opened = Vec::new();
    for (year, event, path) in years {
        let known = fiscal_year_of(work, fund.id, *year).await?;
        match known {
            Some(known) => drop(reasons.keep(event.apply(known.status).map_err(|refusal| refusal.at(path)))),
            None if *event == FiscalYearEvent::Open => {
                reasons.keep(rules::fiscal_year(path, *year));
                opened.push(*year);
            }
            None => reasons.push(unknown_year()),
        }
    }
    let checked = order.check(work, reasons, fund.clone())?;
    for year in opened {
        open_year(work, fund.id, year).await?;
    }
    checked.carry_out_within(work, action, way).await
}

async fn open_year(work: &mut Work, fund: FundId, year: i32) -> Result<()> {
    let row = fiscal_year::ActiveModel {
        id: Set(FiscalYearId::new()),
        fund_id: Set(fund),
        year: Set(year),
        status: Set(FiscalYearStatus::Open),
        closed_by: Set(None),
        closed_at: Set(None),
    };
    let row = row.insert(work.txn()).await?;
    let subject = Subject::new(NodeKind::FiscalYear, row.id);
    work.record("fiscal_year.open", subject, None, &row).await?;
    Ok(())
}

/// Whether anything can be ordered in a fiscal year; how much, its account tells.
pub(crate) async fn check_year_takes_orders(work: &Work, fund: FundId, year: i32, requested: Money) -> Result<()> {
    if let Some(known) = fiscal_year_of(work, fund, year).await? {
        return Ok(FiscalYearEvent::Use.apply(known.status).map(drop)?);
    }
    let nothing = Money::new(0, requested.currency);
    let refusal = Refusal {
        en: format!("No payment credits are open for {year}."),
        fr: format!("Aucun crédit de paiement n'est ouvert pour {year}."),
        ..ledger::insufficient(nothing, requested, Book::Cp, AccountKind::Programme)
    };
    Err(refusal.with("fiscalYear", year).into())
}
