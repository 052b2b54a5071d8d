//! The objects that transfers are about and that accounts belong to, many at once.

use std::collections::HashMap;

use async_graphql::Context;
use async_graphql::dataloader::Loader;
use domain::award::queries;
use entity::value::{AwardId, NodeKind, PaymentRequestId, RecoveryId};
use entity::{payment_request, recovery};
use uuid::Uuid;

use crate::graphql::award::{Award, PaymentRequest, Recovery};
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Error, Result};
use crate::graphql::loader::Batch;
use crate::graphql::node::{self, Node};

/// An object that the viewer may see. As [`node::load_kind`], and together with those that others in a list ask for.
pub(super) async fn load(ctx: &Context<'_>, kind: NodeKind, uuid: Uuid) -> Result<Node> {
    let loaders = ctx.loaders();
    Ok(match kind {
        NodeKind::Award => Award::from(loaders.one(AwardId(uuid)).await?).into(),
        NodeKind::PaymentRequest => PaymentRequest::from(loaders.one(PaymentRequestId(uuid)).await?).into(),
        NodeKind::Recovery => Recovery::from(loaders.one(RecoveryId(uuid)).await?).into(),
        other => node::load_kind(ctx, other, uuid).await?,
    })
}

impl Loader<PaymentRequestId> for Batch {
    type Value = payment_request::Model;
    type Error = Error;

    async fn load(&self, ids: &[PaymentRequestId]) -> Result<HashMap<PaymentRequestId, Self::Value>> {
        let rows = queries::payment_requests_by_ids(self.database(), self.actor(), ids).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

impl Loader<RecoveryId> for Batch {
    type Value = recovery::Model;
    type Error = Error;

    async fn load(&self, ids: &[RecoveryId]) -> Result<HashMap<RecoveryId, Self::Value>> {
        let rows = queries::recoveries_by_ids(self.database(), self.actor(), ids).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}
