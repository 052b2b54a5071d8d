//! What the mutations of calls take.

use async_graphql::{ID, InputObject};
use domain::Refusal;
use domain::call::commands::CreateCall;
use domain::call::rules::NewCriterion;
use domain::error::Reasons;

use crate::graphql::error::{Error, Result};
use crate::graphql::id;
use crate::graphql::scalar::{DateTime, Decimal, MoneyInput};

/// What `createCall` takes: the call to prepare.
#[derive(InputObject)]
pub struct CreateCallInput {
    /// Its programme.
    pub(super) programme_id: ID,
    /// Short unique name of 2 to 40 capital letters, digits and hyphens, as `FTAP-2018-2`.
    pub(super) code: String,
    /// Title, of at most 300 characters.
    pub(super) title: String,
    /// A paragraph for lists, of at most 2 000 characters.
    pub(super) summary: String,
    /// Full text, in Markdown.
    pub(super) description: String,
    /// Whom to write to.
    pub(super) contact: String,
    /// IANA time zone in which its dates are announced, as `Europe/Paris`.
    pub(super) time_zone: String,
    /// When it begins to take applications.
    pub(super) opens_at: DateTime,
    /// When it stops; absent for a rolling call.
    pub(super) closes_at: Option<DateTime>,
    /// Minutes after closing during which a submission is still accepted, from 0 to 1 440.
    #[graphql(default)]
    pub(super) grace_minutes: i32,
    /// Least amount that may be requested.
    pub(super) minimum_grant: Option<MoneyInput>,
    /// Most that may be requested.
    pub(super) maximum_grant: Option<MoneyInput>,
    /// Most that may be requested of a project's cost, in basis points (10 000 is all of it).
    #[graphql(default = 10_000)]
    pub(super) maximum_rate_basis_points: i32,
    /// Assessments wanted per application, from 1 to 20.
    #[graphql(default = 2)]
    pub(super) assessments_wanted: i32,
    /// Names of its lots; without any, the call is one lot of its own title.
    #[graphql(default)]
    pub(super) lots: Vec<String>,
    /// What evaluators score applications on; at least one.
    pub(super) criteria: Vec<CriterionInput>,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// A criterion of a new call.
#[derive(InputObject)]
pub struct CriterionInput {
    /// What is judged.
    title: String,
    /// Its weight against the other criteria of the call, from 1 to 1 000.
    #[graphql(default = 1)]
    weight: i32,
    /// Highest score, with at most two decimals: `"20"`.
    maximum: Decimal,
    /// Scores are multiples of this, with at most two decimals: `"0.5"`.
    step: Decimal,
    /// A lower score is eliminatory.
    threshold: Option<Decimal>,
}

impl CreateCallInput {
    pub(super) fn command(self) -> Result<CreateCall> {
        let programme_id = id::parse(&self.programme_id)?;
        let mut reasons = Reasons::none();
        let criteria = self.criteria.into_iter().enumerate();
        let criteria = criteria
            .map(|(index, criterion)| criterion.read(index, &mut reasons))
            .collect();
        reasons.finish().map_err(Error::from)?;
        Ok(CreateCall {
            programme_id,
            code: self.code,
            title: self.title,
            summary: self.summary,
            description: self.description,
            contact: self.contact,
            time_zone: self.time_zone,
            opens_at: self.opens_at.0,
            closes_at: self.closes_at.map(|closes_at| closes_at.0),
            grace_minutes: self.grace_minutes,
            minimum_grant: self.minimum_grant.map(Into::into),
            maximum_grant: self.maximum_grant.map(Into::into),
            maximum_rate_bp: self.maximum_rate_basis_points,
            assessments_wanted: self.assessments_wanted,
            lots: self.lots,
            criteria,
            illustrative: None,
        })
    }
}

impl CriterionInput {
    fn read(self, index: usize, reasons: &mut Reasons) -> NewCriterion {
        let mut points = |field: &str, value: &Decimal| {
            let path = format!("criteria.{index}.{field}");
            reasons.keep(centi(&path, &value.0)).unwrap_or_default()
        };
        NewCriterion {
            maximum_centi: points("maximum", &self.maximum),
            step_centi: points("step", &self.step),
            threshold_centi: self.threshold.as_ref().map(|threshold| points("threshold", threshold)),
            title: self.title,
            weight: self.weight,
        }
    }
}

/// Points written as a decimal number, in hundredths.
pub(crate) fn centi(path: &str, value: &str) -> std::result::Result<i32, Refusal> {
    domain::evaluation::rules::centi(value).ok_or_else(|| {
        Refusal::invalid(
            path,
            "Write points as a decimal number with at most two decimals.",
            "Écrivez les points comme un nombre à deux décimales au plus.",
        )
    })
}

/// What `publishCall` takes.
#[derive(InputObject)]
pub struct PublishCallInput {
    /// The call, in preparation.
    pub(super) call_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `startEvaluation` takes.
#[derive(InputObject)]
pub struct StartEvaluationInput {
    /// The call, closed.
    pub(super) call_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}
