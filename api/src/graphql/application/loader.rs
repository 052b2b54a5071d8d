//! Loading applications, partners and submissions, many at once.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use domain::application::queries;
use entity::value::ApplicationId;
use entity::{application, partner, submission};

use crate::graphql::error::{Error, Result};
use crate::graphql::loader::Batch;

/// The partners of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PartnersOf(pub(crate) ApplicationId);

/// The submissions of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SubmissionsOf(pub(crate) ApplicationId);

impl Loader<ApplicationId> for Batch {
    type Value = application::Model;
    type Error = Error;

    async fn load(&self, ids: &[ApplicationId]) -> Result<HashMap<ApplicationId, application::Model>> {
        let applications = queries::applications_by_ids(self.database(), self.actor(), ids).await?;
        Ok(applications
            .into_iter()
            .map(|application| (application.id, application))
            .collect())
    }
}

impl Loader<PartnersOf> for Batch {
    type Value = Vec<partner::Model>;
    type Error = Error;

    async fn load(&self, keys: &[PartnersOf]) -> Result<HashMap<PartnersOf, Vec<partner::Model>>> {
        let ids: Vec<ApplicationId> = keys.iter().map(|key| key.0).collect();
        let mut partners: HashMap<PartnersOf, Vec<partner::Model>> = HashMap::new();
        for partner in queries::partners_of(self.database(), self.actor(), &ids).await? {
            partners
                .entry(PartnersOf(partner.application_id))
                .or_default()
                .push(partner);
        }
        Ok(partners)
    }
}

impl Loader<SubmissionsOf> for Batch {
    type Value = Vec<submission::Model>;
    type Error = Error;

    async fn load(&self, keys: &[SubmissionsOf]) -> Result<HashMap<SubmissionsOf, Vec<submission::Model>>> {
        let ids: Vec<ApplicationId> = keys.iter().map(|key| key.0).collect();
        let mut submissions: HashMap<SubmissionsOf, Vec<submission::Model>> = HashMap::new();
        for submission in queries::submissions_of(self.database(), self.actor(), &ids).await? {
            submissions
                .entry(SubmissionsOf(submission.application_id))
                .or_default()
                .push(submission);
        }
        Ok(submissions)
    }
}
