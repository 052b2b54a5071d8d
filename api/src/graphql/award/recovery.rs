//! Recoveries, as the contract shows them.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Object};
use domain::award::queries;
use entity::recovery;
use entity::value::{AwardId, RecoveryId};

use super::kind::RecoveryStatus;
use super::object::Award;
use super::payment::money;
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Error, Nullable, Result};
use crate::graphql::id;
use crate::graphql::identity::User;
use crate::graphql::loader::Batch;
use crate::graphql::scalar::{DateTime, Money};

/// A claim for money paid wrongly.
pub struct Recovery(recovery::Model);

impl From<recovery::Model> for Recovery {
    fn from(row: recovery::Model) -> Self {
        Self(row)
    }
}

impl Recovery {
    /// A recovery that the viewer may see.
    pub(crate) async fn load(ctx: &Context<'_>, id: RecoveryId) -> Result<Self> {
        Ok(Self(queries::recovery(ctx.database(), ctx.actor(), id).await?))
    }

    /// The recoveries of an award, oldest first.
    pub(super) async fn of_award(ctx: &Context<'_>, award: AwardId) -> Result<Vec<Self>> {
        let rows = ctx.loaders().all(RecoveriesOf(award)).await?;
        Ok(rows.into_iter().map(Self).collect())
    }
}

/// A claim for money that was paid wrongly (in France, a *titre de recette*): issued to the beneficiary, then received
/// or given up. Seen by whoever may see the award.
#[Object]
impl Recovery {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// The award that the money was paid from.
    async fn award(&self, ctx: &Context<'_>) -> Result<Award> {
        Ok(ctx.loaders().one(self.0.award_id).await?.into())
    }

    /// The amount claimed back.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.award_id, self.0.amount_minor).await
    }

    /// Why it is claimed back.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Reference of the claim.
    async fn document(&self) -> &str {
        &self.0.document
    }

    /// Where it stands.
    async fn status(&self) -> RecoveryStatus {
        self.0.status.into()
    }

    /// Who issued it; null, with an error, if the viewer may not see them.
    async fn issued_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.issued_by).await.map(User::from))
    }

    /// When it was issued.
    async fn issued_at(&self) -> DateTime {
        DateTime(self.0.issued_at)
    }

    /// Who recorded that the money came back, or gave the claim up; null before, and null, with an error, if the viewer
    /// may not see them.
    async fn settled_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.settled_by?).await.map(User::from))
    }

    /// When the money came back, or the claim was given up; null before.
    async fn settled_at(&self) -> Option<DateTime> {
        self.0.settled_at.map(DateTime)
    }

    /// The bank's reference of the money that came back, or, if the claim was given up, the reason; null before.
    async fn settlement_reference(&self) -> Option<&str> {
        self.0.settlement_reference.as_deref()
    }

    /// When the money that came back was given to the call again; null before, and null where that is not done.
    async fn reinstated_at(&self) -> Option<DateTime> {
        self.0.reinstated_at.map(DateTime)
    }
}

/// Loads the recoveries of an award that the viewer may see, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecoveriesOf(pub AwardId);

impl Loader<RecoveriesOf> for Batch {
    type Value = Vec<recovery::Model>;
    type Error = Error;

    async fn load(&self, keys: &[RecoveriesOf]) -> Result<HashMap<RecoveriesOf, Self::Value>> {
        let awards: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::recoveries_of(self.database(), self.actor(), &awards).await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(RecoveriesOf(row.award_id)).or_default().push(row);
        }
        Ok(found)
    }
}
