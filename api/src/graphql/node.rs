//! `node` and `nodes`: any object by its global identifier.

use async_graphql::{Context, ID, Interface, Object};
use domain::{application, award, evaluation, fund, identity};
use entity::value::{
    AccountId, AgreementId, ApplicationId, AssessmentId, AwardId, CallId, CriterionId, DecisionId, FiscalYearId,
    FundId, InstalmentId, LotId, MembershipId, NodeKind, OrganisationId, PaymentRequestId, ProgrammeId, RecoveryId,
    RoleGrantId, SubmissionId, TransferId, UserId,
};
use uuid::Uuid;

use super::application::{Application, Submission};
use super::award::{Agreement, Award, Instalment, PaymentRequest, Recovery};
use super::call::{Call, Criterion, Lot};

use super::context::RequestContext;
use super::error::{Error, Nullable, Result};
use super::evaluation::{Assessment, Decision};
use super::fund::{FiscalYear, Fund, Programme};
use super::id;
use super::identity::{Membership, Organisation, RoleGrant, User};
use super::journal::{Account, Transfer};

/// Most objects that `nodes` loads at once.
const LARGEST: usize = 100;

/// Anything with a global identifier.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Global identifier. Opaque: what it is made of may change, what it stands for does not."
))]
pub enum Node {
    /// A person.
    User(User),
    /// A legal entity.
    Organisation(Organisation),
    /// A role held on a scope.
    RoleGrant(RoleGrant),
    /// A place in an organisation.
    Membership(Membership),
    /// A fund.
    Fund(Fund),
    /// An axis of a fund.
    Programme(Programme),
    /// A call for projects.
    Call(Call),
    /// A category of a call.
    Lot(Lot),
    /// What evaluators score on.
    Criterion(Criterion),
    /// An application.
    Application(Application),
    /// A submitted snapshot.
    Submission(Submission),
    /// An evaluator's report.
    Assessment(Assessment),
    /// The outcome for one application.
    Decision(Decision),
    /// A grant.
    Award(Award),
    /// A signed agreement.
    Agreement(Agreement),
    /// A scheduled part of an award.
    Instalment(Instalment),
    /// A claim on an instalment.
    PaymentRequest(PaymentRequest),
    /// A claim for money paid wrongly.
    Recovery(Recovery),
    /// A year of a fund's payment credits.
    FiscalYear(FiscalYear),
    /// An account of a fund's journal.
    Account(Account),
    /// A line of a fund's journal.
    Transfer(Transfer),
}

/// Queries of objects by identifier.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with a global identifier. What the viewer may not see is `NOT_FOUND`, as is what does not exist.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A global identifier, from the `id` of an object.")] id: ID,
    ) -> Nullable<Node> {
        Some(load(ctx, &id).await)
    }

    /// The objects with these global identifiers, in the same order; null, with an error, for each that is `NOT_FOUND`.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100 global identifiers.")] ids: Vec<ID>,
    ) -> Result<Vec<Nullable<Node>>> {
        if ids.len() > LARGEST {
            return Err(Error::BadUserInput(format!(
                "`nodes` takes at most {LARGEST} identifiers."
            )));
        }
        let loads = ids.iter().map(async |id| Some(load(ctx, id).await));
        Ok(futures_util::future::join_all(loads).await)
    }
}

async fn load(ctx: &Context<'_>, id: &ID) -> Result<Node> {
    let (kind, uuid) = id::decode(id).ok_or(Error::NotFound)?;
    load_kind(ctx, kind, uuid).await
}

/// Loads as the noun's own fields do, so that no policy is passed by.
pub(super) async fn load_kind(ctx: &Context<'_>, kind: NodeKind, uuid: Uuid) -> Result<Node> {
    let (db, actor, loaders) = (ctx.database(), ctx.actor(), ctx.loaders());
    Ok(match kind {
        NodeKind::User => User::from(loaders.one(UserId(uuid)).await?).into(),
        NodeKind::Organisation => Organisation::from(loaders.one(OrganisationId(uuid)).await?).into(),
        NodeKind::RoleGrant => RoleGrant::load(ctx, RoleGrantId(uuid)).await?.into(),
        NodeKind::Membership => {
            Membership::from(identity::queries::membership(db, actor, MembershipId(uuid)).await?).into()
        }
        NodeKind::Fund => Fund::from(loaders.one(FundId(uuid)).await?).into(),
        NodeKind::Programme => Programme::from(loaders.one(ProgrammeId(uuid)).await?).into(),
        NodeKind::Call => Call::from(loaders.one(CallId(uuid)).await?).into(),
        NodeKind::Lot => Lot::from(loaders.one(LotId(uuid)).await?).into(),
        NodeKind::Criterion => Criterion::from(loaders.one(CriterionId(uuid)).await?).into(),
        NodeKind::Application => Application::from(loaders.one(ApplicationId(uuid)).await?).into(),
        NodeKind::Submission => {
            Submission::from(application::queries::submission(db, actor, SubmissionId(uuid)).await?).into()
        }
        NodeKind::Assessment => {
            Assessment::from(evaluation::queries::assessment(db, actor, AssessmentId(uuid)).await?).into()
        }
        NodeKind::Decision => Decision::from(evaluation::queries::decision(db, actor, DecisionId(uuid)).await?).into(),
        NodeKind::Award => Award::from(award::queries::award(db, actor, AwardId(uuid)).await?).into(),
        NodeKind::Agreement => Agreement::from(award::queries::agreement(db, actor, AgreementId(uuid)).await?).into(),
        NodeKind::Instalment => {
            Instalment::from(award::queries::instalment(db, actor, InstalmentId(uuid)).await?).into()
        }
        NodeKind::PaymentRequest => {
            PaymentRequest::from(award::queries::payment_request(db, actor, PaymentRequestId(uuid)).await?).into()
        }
        NodeKind::Recovery => Recovery::load(ctx, RecoveryId(uuid)).await?.into(),
        NodeKind::FiscalYear => {
            FiscalYear::from(fund::queries::fiscal_year(db, actor, FiscalYearId(uuid)).await?).into()
        }
        NodeKind::Account => Account::from(loaders.one(AccountId(uuid)).await?).into(),
        NodeKind::Transfer => Transfer::from(loaders.one(TransferId(uuid)).await?).into(),
    })
}
