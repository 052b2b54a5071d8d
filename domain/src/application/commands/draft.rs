//! Drafting.

use entity::value::{ApplicationId, ApplicationStatus, CallId, CallStatus, LotId, OrganisationId, PartnerId};
use entity::{application, call, fund, lot, organisation, partner};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait},
};
use serde::Serialize;

use super::{currency, load_to_edit, subject};
use crate::application::lifecycle::Event;
use crate::application::queries::{call_of, organisations};
use crate::application::rules::Content;
use crate::call::lifecycle::status_at;
use crate::error::{Code, Reasons, Refusal};
use crate::identity::policy::may_act_for;
use crate::{Command, Error, Result, Work};

/// Most partners of an application.
const MOST_PARTNERS: usize = 50;

/// Begins an application to a call that is open, or announced.
#[derive(Clone, Debug)]
pub struct CreateApplication {
    /// The call it answers.
    pub call_id: CallId,
    /// The lot it competes in; may be left out when the call has one.
    pub lot_id: Option<LotId>,
    /// Its lead organisation, for which the actor is an owner or editor.
    pub organisation_id: OrganisationId,
    /// Partner organisations.
    pub partner_ids: Vec<OrganisationId>,
    /// What applicants write.
    pub content: Content,
    /// What is made up about it, in a demonstration.
    pub illustrative: Option<String>,
}

/// An application with its partners, for the audit trail.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    application: application::Model,
    partners: Vec<OrganisationId>,
}

impl Command for CreateApplication {
    type Output = ApplicationId;

    async fn run(&self, work: &mut Work) -> Result<ApplicationId> {
        let created_by = work.actor.require_user()?;
        let call = crate::call::queries::visible(&work.actor).filter(call::Column::Id.eq(self.call_id));
        let call = call.one(work.txn()).await?.ok_or(Error::NotFound)?;
        if !may_act_for(&work.actor, self.organisation_id) {
            return Err(work.actor.denied());
        }
        let fund = fund::Entity::find_by_id(call.fund_id)
            .one(work.txn())
            .await?
            .ok_or(Error::NotFound)?;
        let mut reasons = Reasons::none();
        let status = status_at(&call, work.now);
        reasons.require(matches!(status, CallStatus::Scheduled | CallStatus::Open), || {
            Refusal::state("a call", "un appel à projets", status.as_str(), "CREATE_APPLICATION")
        });
        let content = self
            .content
            .check(crate::fund::rules::known_currency(&fund)?, &mut reasons);
        let lot_id = choose_lot(work, &call, self.lot_id, &mut reasons).await?;
        check_partners(work, self.organisation_id, &self.partner_ids, &mut reasons).await?;
        reasons.finish()?;
        let application = application::ActiveModel {
            id: Set(ApplicationId::new()),
            call_id: Set(call.id),
            fund_id: Set(call.fund_id),
            lot_id: Set(lot_id.ok_or(Error::NotFound)?),
            organisation_id: Set(self.organisation_id),
            reference: Set(next_reference(work, &call).await?),
            title: Set(content.title),
            summary: Set(content.summary),
            cost_minor: Set(content.cost_minor),
            requested_minor: Set(content.requested_minor),
            status: Set(ApplicationStatus::Draft),
            revision: Set(1),
            created_by: Set(created_by),
            created_at: Set(work.now),
            updated_at: Set(work.now),
            illustrative: Set(self.illustrative.clone()),
        };
        let application = application.insert(work.txn()).await?;
        insert_partners(work, application.id, &self.partner_ids).await?;
        let id = application.id;
        let whole = Whole {
            application,
            partners: self.partner_ids.clone(),
        };
        work.record("application.create", subject(id), None, &whole).await?;
        Ok(id)
    }
}

/// Saves a draft. `revision` is the one the author started from; if another save came in between, nothing is
/// overwritten and the answer is `CONFLICT` with the current revision.
#[derive(Clone, Debug)]
pub struct SaveApplication {
    /// The application.
    pub application_id: ApplicationId,
    /// The revision that was edited.
    pub revision: i32,
    /// The lot it competes in; unchanged when left out.
    pub lot_id: Option<LotId>,
    /// Partner organisations; unchanged when left out.
    pub partner_ids: Option<Vec<OrganisationId>>,
    /// What applicants write.
    pub content: Content,
}

impl Command for SaveApplication {
    type Output = ApplicationId;

    async fn run(&self, work: &mut Work) -> Result<ApplicationId> {
        let application = load_to_edit(work, self.application_id).await?;
        if application.revision != self.revision {
            return Err(stale(application.revision).into());
        }
        let call = call_of(work.txn(), &application).await?;
        let mut reasons = Reasons::none();
        let status = reasons.keep(Event::Save.apply(application.status));
        let content = self.content.check(currency(work, &application).await?, &mut reasons);
        let lot_id = choose_lot(work, &call, self.lot_id.or(Some(application.lot_id)), &mut reasons).await?;
        if let Some(partners) = &self.partner_ids {
            check_partners(work, application.organisation_id, partners, &mut reasons).await?;
        }
        reasons.finish()?;
        let before_partners = organisations(work.txn(), &application).await?.split_off(1);
        if let Some(partners) = &self.partner_ids {
            let old = partner::Column::ApplicationId.eq(application.id);
            partner::Entity::delete_many().filter(old).exec(work.txn()).await?;
            insert_partners(work, application.id, partners).await?;
        }
        let mut change = application.clone().into_active_model();
        change.status = Set(status.unwrap_or(application.status));
        change.lot_id = Set(lot_id.unwrap_or(application.lot_id));
        change.title = Set(content.title);
        change.summary = Set(content.summary);
        change.cost_minor = Set(content.cost_minor);
        change.requested_minor = Set(content.requested_minor);
        change.revision = Set(application.revision + 1);
        change.updated_at = Set(work.now);
        let id = application.id;
        let after = Whole {
            application: change.update(work.txn()).await?,
            partners: self.partner_ids.clone().unwrap_or_else(|| before_partners.clone()),
        };
        let before = Whole {
            application,
            partners: before_partners,
        };
        work.record("application.save", subject(id), Some(&before), &after)
            .await?;
        Ok(id)
    }
}

pub(super) fn stale(current: i32) -> Refusal {
    Refusal::new(
        Code::Conflict,
        "Somebody else saved this application in the meantime. Read it again, then save.",
        "Quelqu'un d'autre a enregistré ce dossier entre-temps. Relisez-le, puis enregistrez.",
    )
    .at("revision")
    .with("currentRevision", current)
}

async fn choose_lot(
    work: &Work,
    call: &call::Model,
    wanted: Option<LotId>,
    reasons: &mut Reasons,
) -> Result<Option<LotId>> {
    let lots = lot::Entity::find()
        .filter(lot::Column::CallId.eq(call.id))
        .order_by_asc(lot::Column::Position)
        .all(work.txn())
        .await?;
    let chosen = match (wanted, lots.as_slice()) {
        (Some(wanted), _) => lots.iter().find(|lot| lot.id == wanted),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    reasons.require(chosen.is_some(), || {
        Refusal::invalid(
            "lotId",
            "Choose one of the call's lots.",
            "Choisissez l'un des lots de l'appel à projets.",
        )
    });
    Ok(chosen.map(|lot| lot.id))
}

async fn check_partners(
    work: &Work,
    lead: OrganisationId,
    partners: &[OrganisationId],
    reasons: &mut Reasons,
) -> Result<()> {
    let mut distinct = partners.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    reasons.require(distinct.len() == partners.len() && !partners.contains(&lead), || {
        Refusal::invalid(
            "partnerIds",
            "An organisation is named twice.",
            "Une organisation est citée deux fois.",
        )
    });
    reasons.require(partners.len() <= MOST_PARTNERS, || {
        Refusal::invalid(
            "partnerIds",
            format!("Name at most {MOST_PARTNERS} partners."),
            format!("Citez au plus {MOST_PARTNERS} partenaires."),
        )
    });
    let known = organisation::Entity::find()
        .filter(organisation::Column::Id.is_in(distinct.iter().copied()))
        .all(work.txn())
        .await?;
    if known.len() == distinct.len() {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

async fn insert_partners(work: &Work, application: ApplicationId, partners: &[OrganisationId]) -> Result<()> {
    if partners.is_empty() {
        return Ok(());
    }
    let rows = partners.iter().map(|organisation| partner::ActiveModel {
        id: Set(PartnerId::new()),
        application_id: Set(application),
        organisation_id: Set(*organisation),
    });
    partner::Entity::insert_many(rows)
        .exec_without_returning(work.txn())
        .await?;
    Ok(())
}

/// Takes the next number of the call, as `FTAP-2018-2-0001`.
async fn next_reference(work: &Work, call: &call::Model) -> Result<String> {
    let updated = call::Entity::update_many()
        .col_expr(
            call::Column::NextReference,
            Expr::col(call::Column::NextReference).add(1),
        )
        .filter(call::Column::Id.eq(call.id))
        .exec_with_returning(work.txn())
        .await?
        .pop()
        .ok_or(Error::NotFound)?;
    Ok(format!("{}-{:04}", call.code, updated.next_reference - 1))
}
