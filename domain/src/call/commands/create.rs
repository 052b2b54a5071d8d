//! Writing a call.

use entity::value::{
    CallId, CallStatus, CriterionId, FundStatus, Instant, LotId, NodeKind, ProgrammeId, ProgrammeStatus,
};
use entity::{call, criterion, fund, lot, programme};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde::Serialize;

use crate::call::policy;
use crate::call::rules::NewCriterion;
use crate::error::{Code, Reasons, Refusal};
use crate::fund::rules as fund_rules;
use crate::money::Amount;
use crate::work::Subject;
use crate::{Command, Currency, Error, Result, Work};

/// Creates a call in a programme, in preparation until it is published.
#[derive(Clone, Debug)]
pub struct CreateCall {
    /// Its programme.
    pub programme_id: ProgrammeId,
    /// Short unique name, as `FTAP-2018-2`.
    pub code: String,
    /// Title.
    pub title: String,
    /// A paragraph for lists.
    pub summary: String,
    /// Full text, in Markdown.
    pub description: String,
    /// Whom to write to.
    pub contact: String,
    /// IANA time zone in which its dates are announced.
    pub time_zone: String,
    /// When it begins to take applications.
    pub opens_at: Instant,
    /// When it stops; `None` for a rolling call.
    pub closes_at: Option<Instant>,
    /// Minutes after closing during which a submission is still accepted.
    pub grace_minutes: i32,
    /// Least amount that may be requested.
    pub minimum_grant: Option<Amount>,
    /// Most that may be requested.
    pub maximum_grant: Option<Amount>,
    /// Most that may be requested of a project's cost, in basis points.
    pub maximum_rate_bp: i32,
    /// Assessments wanted per application.
    pub assessments_wanted: i32,
    /// Names of its lots; without any, the call is one lot of its own title.
    pub lots: Vec<String>,
    /// What evaluators score applications on.
    pub criteria: Vec<NewCriterion>,
    /// What is made up about it, in a demonstration.
    pub illustrative: Option<String>,
}

/// A call with what belongs to it, for the audit trail.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    call: call::Model,
    lots: Vec<lot::Model>,
    criteria: Vec<criterion::Model>,
}

impl Command for CreateCall {
    type Output = CallId;

    async fn run(&self, work: &mut Work) -> Result<CallId> {
        let programme = programme::Entity::find_by_id(self.programme_id)
            .one(work.txn())
            .await?
            .ok_or(Error::NotFound)?;
        let fund = fund::Entity::find_by_id(programme.fund_id)
            .one(work.txn())
            .await?
            .ok_or(Error::NotFound)?;
        if !crate::fund::policy::may_see(&work.actor, &fund) {
            return Err(Error::NotFound);
        }
        if !policy::may_create(&work.actor, fund.id) {
            return Err(work.actor.denied());
        }
        let currency = fund_rules::known_currency(&fund)?;
        let mut reasons = Reasons::none();
        reasons.require(
            programme.status == ProgrammeStatus::Active && fund.status != FundStatus::Closed,
            || Refusal::state("a programme", "un programme", programme.status.as_str(), "CREATE_CALL"),
        );
        let call = self.check(reasons, work.now, &programme, currency)?;
        let call = call
            .insert(work.txn())
            .await
            .map_err(|error| Error::or_duplicate(error, taken))?;
        let lots = self.insert_lots(work, &call).await?;
        let criteria = self.insert_criteria(work, &call).await?;
        let id = call.id;
        let whole = Whole { call, lots, criteria };
        work.record("call.create", Subject::new(NodeKind::Call, id), None, &whole)
            .await?;
        Ok(id)
    }
}

impl CreateCall {
    fn check(
        &self,
        mut reasons: Reasons,
        now: Instant,
        programme: &programme::Model,
        currency: Currency,
    ) -> Result<call::ActiveModel> {
        let code = reasons.keep(fund_rules::code(&self.code));
        let title = reasons.text("title", &self.title, 300);
        let summary = reasons.text("summary", &self.summary, 2_000);
        let description = reasons.text("description", &self.description, 50_000);
        let contact = reasons.text("contact", &self.contact, 300);
        let time_zone = reasons.keep(fund_rules::time_zone(&self.time_zone));
        self.check_dates_and_numbers(&mut reasons);
        let mut grant = |path: &str, amount: &Option<Amount>| {
            let amount = amount.as_ref()?;
            reasons.keep(fund_rules::positive(path, amount, currency))
        };
        let minimum = grant("minimumGrant", &self.minimum_grant);
        let maximum = grant("maximumGrant", &self.maximum_grant);
        reasons.require(
            minimum.zip(maximum).is_none_or(|(minimum, maximum)| minimum <= maximum),
            || {
                Refusal::invalid(
                    "maximumGrant",
                    "It is below the minimum.",
                    "Il est inférieur au minimum.",
                )
            },
        );
        for (index, lot) in self.lots.iter().enumerate() {
            reasons.text(&format!("lots.{index}"), lot, 300);
        }
        for (index, criterion) in self.criteria.iter().enumerate() {
            criterion.check(index, &mut reasons);
        }
        reasons.finish()?;
        Ok(call::ActiveModel {
            id: Set(CallId::new()),
            programme_id: Set(programme.id),
            fund_id: Set(programme.fund_id),
            code: Set(code.unwrap_or_default()),
            title: Set(title),
            summary: Set(summary),
            description: Set(description),
            contact: Set(contact),
            time_zone: Set(time_zone.unwrap_or_default()),
            opens_at: Set(self.opens_at),
            closes_at: Set(self.closes_at),
            grace_minutes: Set(self.grace_minutes),
            minimum_grant_minor: Set(minimum),
            maximum_grant_minor: Set(maximum),
            maximum_rate_bp: Set(self.maximum_rate_bp),
            assessments_wanted: Set(self.assessments_wanted),
            status: Set(CallStatus::Draft),
            next_reference: Set(1),
            created_at: Set(now),
            illustrative: Set(self.illustrative.clone()),
        })
    }

    fn check_dates_and_numbers(&self, reasons: &mut Reasons) {
        reasons.require(self.closes_at.is_none_or(|closes_at| closes_at > self.opens_at), || {
            Refusal::invalid(
                "closesAt",
                "The call would close before it opens.",
                "L'appel fermerait avant d'ouvrir.",
            )
        });
        reasons.require((0..=1_440).contains(&self.grace_minutes), || {
            Refusal::invalid(
                "graceMinutes",
                "Grace is from 0 to 1440 minutes.",
                "La tolérance va de 0 à 1440 minutes.",
            )
        });
        reasons.require((1..=10_000).contains(&self.maximum_rate_bp), || {
            Refusal::invalid(
                "maximumRateBasisPoints",
                "A rate is from 1 to 10000 basis points.",
                "Un taux va de 1 à 10000 points de base.",
            )
        });
        reasons.require((1..=20).contains(&self.assessments_wanted), || {
            Refusal::invalid(
                "assessmentsWanted",
                "Ask for 1 to 20 assessments.",
                "Demandez de 1 à 20 évaluations.",
            )
        });
        reasons.require((1..=30).contains(&self.criteria.len()), || {
            Refusal::invalid("criteria", "Give 1 to 30 criteria.", "Donnez de 1 à 30 critères.")
        });
        reasons.require(self.lots.len() <= 100, || {
            Refusal::invalid("lots", "Give at most 100 lots.", "Donnez au plus 100 lots.")
        });
    }

    async fn insert_lots(&self, work: &Work, call: &call::Model) -> Result<Vec<lot::Model>> {
        let names = if self.lots.is_empty() {
            vec![call.title.clone()]
        } else {
            self.lots.clone()
        };
        let mut lots = Vec::with_capacity(names.len());
        for (position, name) in (1..).zip(names) {
            let lot = lot::ActiveModel {
                id: Set(LotId::new()),
                call_id: Set(call.id),
                position: Set(position),
                name: Set(name.trim().to_owned()),
            };
            lots.push(lot.insert(work.txn()).await?);
        }
        Ok(lots)
    }

    async fn insert_criteria(&self, work: &Work, call: &call::Model) -> Result<Vec<criterion::Model>> {
        let mut criteria = Vec::with_capacity(self.criteria.len());
        for (position, new) in (1..).zip(&self.criteria) {
            let criterion = criterion::ActiveModel {
                id: Set(CriterionId::new()),
                call_id: Set(call.id),
                position: Set(position),
                title: Set(new.title.trim().to_owned()),
                weight: Set(new.weight),
                maximum_centi: Set(new.maximum_centi),
                step_centi: Set(new.step_centi),
                threshold_centi: Set(new.threshold_centi),
            };
            criteria.push(criterion.insert(work.txn()).await?);
        }
        Ok(criteria)
    }
}

fn taken() -> Refusal {
    Refusal::new(Code::AlreadyExists, "This code is taken.", "Ce code est déjà pris.").at("code")
}
