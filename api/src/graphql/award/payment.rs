//! Instalments and payment requests, as the contract shows them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Object};
use domain::award::queries;
use entity::value::{AwardId, InstalmentId, PaymentRequestId};
use entity::{instalment, payment_request};

use super::kind::{InstalmentKind, InstalmentStatus, PaymentRequestStatus};
use super::object::Award;
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Error, Nullable, Result};
use crate::graphql::fund;
use crate::graphql::id;
use crate::graphql::identity::User;
use crate::graphql::loader::Batch;
use crate::graphql::scalar::{Date, DateTime, Money};

/// A scheduled part of an award.
pub struct Instalment(instalment::Model);

impl From<instalment::Model> for Instalment {
    fn from(row: instalment::Model) -> Self {
        Self(row)
    }
}

/// A scheduled part of an award. The beneficiary claims it by a payment request.
#[Object]
impl Instalment {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// Its place in the schedule, from 1.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// Why it is due.
    async fn kind(&self) -> InstalmentKind {
        self.0.kind.into()
    }

    /// Its amount: the most that can be claimed of it.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.award_id, self.0.amount_minor).await
    }

    /// What must be true before it is paid; empty when nothing must.
    async fn condition(&self) -> &str {
        &self.0.condition
    }

    /// When it is expected to be paid.
    async fn due_on(&self) -> Date {
        Date(self.0.due_on)
    }

    /// Where it stands.
    async fn status(&self) -> InstalmentStatus {
        self.0.status.into()
    }

    /// The award that it is a part of.
    async fn award(&self, ctx: &Context<'_>) -> Result<Award> {
        Ok(ctx.loaders().one(self.0.award_id).await?.into())
    }

    /// The claims on it, oldest first: more than one when the first were refused or returned.
    async fn payment_requests(&self, ctx: &Context<'_>) -> Result<Vec<PaymentRequest>> {
        let rows = ctx.loaders().all(PaymentRequestsOf(self.0.id)).await?;
        Ok(rows.into_iter().map(PaymentRequest).collect())
    }
}

/// A claim on an instalment.
pub struct PaymentRequest(payment_request::Model);

impl From<payment_request::Model> for PaymentRequest {
    fn from(row: payment_request::Model) -> Self {
        Self(row)
    }
}

impl PaymentRequest {
    /// A payment request that the viewer may see.
    pub(crate) async fn load(ctx: &Context<'_>, id: PaymentRequestId) -> Result<Self> {
        Ok(Self(queries::payment_request(ctx.database(), ctx.actor(), id).await?))
    }
}

/// The beneficiary's claim on an instalment, with who took each step towards its payment. Nobody takes two steps in a
/// row from its submission to its order.
#[Object]
impl PaymentRequest {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// The instalment that is claimed.
    async fn instalment(&self, ctx: &Context<'_>) -> Result<Instalment> {
        let instalments = ctx.loaders().all(InstalmentsOf(self.0.award_id)).await?;
        let claimed = instalments.into_iter().find(|row| row.id == self.0.instalment_id);
        claimed.map(Instalment).ok_or(Error::NotFound)
    }

    /// The amount claimed: all of the instalment, or a part.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.award_id, self.0.amount_minor).await
    }

    /// What the amount is for.
    async fn justification(&self) -> &str {
        &self.0.justification
    }

    /// Where it stands.
    async fn status(&self) -> PaymentRequestStatus {
        self.0.status.into()
    }

    /// Who claimed; null, with an error, if the viewer may not see them.
    async fn submitted_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.submitted_by).await.map(User::from))
    }

    /// When it was claimed.
    async fn submitted_at(&self) -> DateTime {
        DateTime(self.0.submitted_at)
    }

    /// Who certified that what it pays for was done; null before, and null, with an error, if the viewer may not see
    /// them.
    async fn certified_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.certified_by?).await.map(User::from))
    }

    /// When that was certified; null before.
    async fn certified_at(&self) -> Option<DateTime> {
        self.0.certified_at.map(DateTime)
    }

    /// Who approved the payment; null before, and null, with an error, if the viewer may not see them.
    async fn approved_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.approved_by?).await.map(User::from))
    }

    /// When the payment was approved; null before.
    async fn approved_at(&self) -> Option<DateTime> {
        self.0.approved_at.map(DateTime)
    }

    /// Who ordered the payment from the bank; null before, and null, with an error, if the viewer may not see them.
    async fn ordered_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.ordered_by?).await.map(User::from))
    }

    /// When the payment was ordered; null before.
    async fn ordered_at(&self) -> Option<DateTime> {
        self.0.ordered_at.map(DateTime)
    }

    /// Who recorded the bank's answer, or refused the request; null before, and null, with an error, if the viewer may
    /// not see them.
    async fn settled_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.settled_by?).await.map(User::from))
    }

    /// When the bank's answer was recorded, or the request refused; null before.
    async fn settled_at(&self) -> Option<DateTime> {
        self.0.settled_at.map(DateTime)
    }

    /// The bank's reference of the payment, or, if the request was refused or the payment returned, the reason; null
    /// before.
    async fn settlement_reference(&self) -> Option<&str> {
        self.0.settlement_reference.as_deref()
    }

    /// What about this payment request is made up for a demonstration; null when nothing is.
    async fn illustrative(&self) -> Option<&str> {
        self.0.illustrative.as_deref()
    }
}

/// An amount of an award, in the currency of its fund.
pub(super) async fn money(ctx: &Context<'_>, award_id: AwardId, minor: i64) -> Result<Money> {
    let award = ctx.loaders().one(award_id).await?;
    fund::money(ctx, award.fund_id, minor).await
}

/// Loads the instalments of an award that the viewer may see, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InstalmentsOf(pub AwardId);

impl Loader<InstalmentsOf> for Batch {
    type Value = Vec<instalment::Model>;
    type Error = Error;

    async fn load(&self, keys: &[InstalmentsOf]) -> Result<HashMap<InstalmentsOf, Self::Value>> {
        let awards: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::instalments_of(self.database(), self.actor(), &awards).await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(InstalmentsOf(row.award_id)).or_default().push(row);
        }
        Ok(found)
    }
}

/// Loads the payment requests of an instalment that the viewer may see, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaymentRequestsOf(pub InstalmentId);

impl Loader<PaymentRequestsOf> for Batch {
    type Value = Vec<payment_request::Model>;
    type Error = Error;

    async fn load(&self, keys: &[PaymentRequestsOf]) -> Result<HashMap<PaymentRequestsOf, Self::Value>> {
        let instalments: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::payment_requests_of(self.database(), self.actor(), &instalments).await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(PaymentRequestsOf(row.instalment_id)).or_default().push(row);
        }
        Ok(found)
    }
}
