//! Loading calls, lots and criteria, many at once.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use domain::call::queries;
use entity::value::{CallId, CriterionId, LotId};
use entity::{call, criterion, lot};

use crate::graphql::error::{Error, Result};
use crate::graphql::loader::Batch;

/// The lots of a call that the viewer has loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LotsOf(pub(crate) CallId);

/// The criteria of a call that the viewer has loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CriteriaOf(pub(crate) CallId);

impl Loader<CallId> for Batch {
    type Value = call::Model;
    type Error = Error;

    async fn load(&self, ids: &[CallId]) -> Result<HashMap<CallId, call::Model>> {
        let calls = queries::calls_by_ids(self.database(), self.actor(), ids).await?;
        Ok(calls.into_iter().map(|call| (call.id, call)).collect())
    }
}

impl Loader<LotId> for Batch {
    type Value = lot::Model;
    type Error = Error;

    async fn load(&self, ids: &[LotId]) -> Result<HashMap<LotId, lot::Model>> {
        let lots = queries::lots_by_ids(self.database(), self.actor(), ids).await?;
        Ok(lots.into_iter().map(|lot| (lot.id, lot)).collect())
    }
}

impl Loader<CriterionId> for Batch {
    type Value = criterion::Model;
    type Error = Error;

    async fn load(&self, ids: &[CriterionId]) -> Result<HashMap<CriterionId, criterion::Model>> {
        let criteria = queries::criteria_by_ids(self.database(), self.actor(), ids).await?;
        Ok(criteria
            .into_iter()
            .map(|criterion| (criterion.id, criterion))
            .collect())
    }
}

impl Loader<LotsOf> for Batch {
    type Value = Vec<lot::Model>;
    type Error = Error;

    async fn load(&self, keys: &[LotsOf]) -> Result<HashMap<LotsOf, Vec<lot::Model>>> {
        let calls: Vec<CallId> = keys.iter().map(|key| key.0).collect();
        let mut lots: HashMap<LotsOf, Vec<lot::Model>> = HashMap::new();
        for lot in queries::lots_of(self.database(), &calls).await? {
            lots.entry(LotsOf(lot.call_id)).or_default().push(lot);
        }
        Ok(lots)
    }
}

impl Loader<CriteriaOf> for Batch {
    type Value = Vec<criterion::Model>;
    type Error = Error;

    async fn load(&self, keys: &[CriteriaOf]) -> Result<HashMap<CriteriaOf, Vec<criterion::Model>>> {
        let calls: Vec<CallId> = keys.iter().map(|key| key.0).collect();
        let mut criteria: HashMap<CriteriaOf, Vec<criterion::Model>> = HashMap::new();
        for criterion in queries::criteria_of(self.database(), &calls).await? {
            criteria
                .entry(CriteriaOf(criterion.call_id))
                .or_default()
                .push(criterion);
        }
        Ok(criteria)
    }
}
