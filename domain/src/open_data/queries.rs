//! Funded projects and distinctions.

use entity::value::{
    ApplicationId, AwardId, AwardStatus, CallId, DecisionId, DecisionOutcome, DecisionStatus, FundId, OrganisationId,
};
use entity::{agreement, application, award, decision, partner};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Select,
    sea_query::{self, Expr, Func, LikeExpr},
};
use time::Date;

use crate::{Database, Page, Result, Slice, page, text};

/// Which funded projects to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of a fund.
    pub fund: Option<FundId>,
    /// Only those of a call.
    pub call: Option<CallId>,
    /// Only those whose title holds this text.
    pub search: Option<String>,
}

/// The longest title of an application, in characters; see `application::rules`.
const LONGEST_TITLE: usize = 300;

/// A project whose agreement is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundedProject {
    /// Its award.
    pub award_id: AwardId,
    /// Human reference of its application.
    pub reference: String,
    /// Title.
    pub title: String,
    /// The project in a paragraph.
    pub summary: String,
    /// The beneficiary.
    pub organisation_id: OrganisationId,
    /// Its partners.
    pub partner_ids: Vec<OrganisationId>,
    /// The call it answered.
    pub call_id: CallId,
    /// The fund that pays.
    pub fund_id: FundId,
    /// Amount granted, less what was decommitted, in minor units of the fund's currency.
    pub amount_minor: i64,
    /// When the last of both sides signed.
    pub signed_on: Date,
    /// What is made up about it, in a demonstration.
    pub illustrative: Option<String>,
}

fn signed(filter: &Filter) -> Select<award::Entity> {
    let mut select =
        award::Entity::find().filter(award::Column::Status.is_not_in([AwardStatus::Reserved, AwardStatus::Lapsed]));
    if let Some(fund) = filter.fund {
        select = select.filter(award::Column::FundId.eq(fund));
    }
    if let Some(call) = filter.call {
        select = select.filter(award::Column::CallId.eq(call));
    }
    match filter
        .search
        .as_deref()
        .map(str::trim)
        .filter(|search| !search.is_empty())
    {
        // No title is longer, and SQLite takes no pattern of any length; nor has any what may not be kept.
        Some(search) if search.chars().count() > LONGEST_TITLE || !text::may_be_kept(search) => {
            select.filter(award::Column::Id.is_in(Vec::<AwardId>::new()))
        }
        Some(search) => select.filter(holds(search)),
        None => select,
    }
}

/// Titles that hold a text, whatever the case of its letters; `%` and `_` in it are themselves.
fn holds(search: &str) -> Condition {
    let literal = search.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    let like = |text: String| {
        let title = Func::lower(Expr::col((award::Entity, award::Column::Title)));
        // Not imported: its `max` would stand before that of dates.
        sea_query::ExprTrait::like(Expr::expr(title), LikeExpr::new(format!("%{text}%")).escape('\\'))
    };
    // LOWER of SQLite knows the letters of ASCII only, that of PostgreSQL all of them.
    Condition::any()
        .add(like(literal.to_ascii_lowercase()))
        .add(like(literal.to_lowercase()))
}

/// A page of the funded projects, oldest first.
pub async fn funded_projects(db: &Database, filter: &Filter, page: Page) -> Result<Slice<FundedProject>> {
    let awards = page::load(signed(filter), award::Column::Id, page, &db.reader).await?;
    let applications = application::Entity::find()
        .filter(application::Column::Id.is_in(awards.items.iter().map(|award| award.application_id)))
        .all(&db.reader)
        .await?;
    let partners = partner::Entity::find()
        .filter(partner::Column::ApplicationId.is_in(awards.items.iter().map(|award| award.application_id)))
        .order_by_asc(partner::Column::Id)
        .all(&db.reader)
        .await?;
    let agreements = agreement::Entity::find()
        .filter(agreement::Column::AwardId.is_in(awards.items.iter().map(|award| award.id)))
        .filter(agreement::Column::Version.eq(1))
        .all(&db.reader)
        .await?;
    let items = awards.items.iter().filter_map(|award| {
        let application = applications
            .iter()
            .find(|application| application.id == award.application_id)?;
        let agreement = agreements.iter().find(|agreement| agreement.award_id == award.id)?;
        Some(project(award, application, agreement, &partners))
    });
    Ok(Slice {
        items: items.collect(),
        has_previous: awards.has_previous,
        has_next: awards.has_next,
    })
}

fn project(
    award: &award::Model,
    application: &application::Model,
    agreement: &agreement::Model,
    partners: &[partner::Model],
) -> FundedProject {
    let own = partners
        .iter()
        .filter(|partner| partner.application_id == application.id);
    FundedProject {
        award_id: award.id,
        reference: application.reference.clone(),
        title: award.title.clone(),
        summary: application.summary.clone(),
        organisation_id: award.organisation_id,
        partner_ids: own.map(|partner| partner.organisation_id).collect(),
        call_id: award.call_id,
        fund_id: award.fund_id,
        amount_minor: award.amount_minor - award.decommitted_minor,
        signed_on: agreement.signed_by_beneficiary_on.max(agreement.signed_by_funder_on),
        illustrative: application.illustrative.clone().or_else(|| award.illustrative.clone()),
    }
}

/// How many funded projects there are.
pub async fn count_funded_projects(db: &Database, filter: &Filter) -> Result<u64> {
    Ok(signed(filter).count(&db.reader).await?)
}

/// A prize or mention that has been announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distinction {
    /// Its decision.
    pub decision_id: DecisionId,
    /// The prize or mention.
    pub distinction: String,
    /// Title of the distinguished project.
    pub title: String,
    /// The lot it competed in.
    pub lot_id: entity::value::LotId,
    /// Its lead organisation.
    pub organisation_id: OrganisationId,
    /// Its partners.
    pub partner_ids: Vec<OrganisationId>,
}

fn announced(call: CallId) -> Select<decision::Entity> {
    decision::Entity::find()
        .filter(decision::Column::CallId.eq(call))
        .filter(decision::Column::Status.eq(DecisionStatus::Notified))
        .filter(decision::Column::Outcome.eq(DecisionOutcome::Award))
        .filter(decision::Column::Distinction.is_not_null())
}

/// A page of the distinctions of a call.
pub async fn distinctions(db: &Database, call: CallId, page: Page) -> Result<Slice<Distinction>> {
    let decisions = page::load(announced(call), decision::Column::Id, page, &db.reader).await?;
    let ids: Vec<ApplicationId> = decisions.items.iter().map(|decision| decision.application_id).collect();
    let applications = application::Entity::find()
        .filter(application::Column::Id.is_in(ids.iter().copied()))
        .all(&db.reader)
        .await?;
    let partners = partner::Entity::find()
        .filter(partner::Column::ApplicationId.is_in(ids.iter().copied()))
        .order_by_asc(partner::Column::Id)
        .all(&db.reader)
        .await?;
    let items = decisions.items.iter().filter_map(|decision| {
        let application = applications
            .iter()
            .find(|application| application.id == decision.application_id)?;
        let own = partners
            .iter()
            .filter(|partner| partner.application_id == application.id);
        Some(Distinction {
            decision_id: decision.id,
            distinction: decision.distinction.clone()?,
            title: application.title.clone(),
            lot_id: application.lot_id,
            organisation_id: application.organisation_id,
            partner_ids: own.map(|partner| partner.organisation_id).collect(),
        })
    });
    Ok(Slice {
        items: items.collect(),
        has_previous: decisions.has_previous,
        has_next: decisions.has_next,
    })
}

/// How many distinctions a call has announced.
pub async fn count_distinctions(db: &Database, call: CallId) -> Result<u64> {
    Ok(announced(call).count(&db.reader).await?)
}
