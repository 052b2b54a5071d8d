//! What the mutations of applications take.

use async_graphql::{ID, InputObject};
use domain::application::commands::{CreateApplication, SaveApplication, SubmitApplication};
use domain::application::rules::Content;
use entity::value::OrganisationId;

use crate::graphql::error::Result;
use crate::graphql::id;
use crate::graphql::scalar::MoneyInput;

/// What `createApplication` takes: the application to begin.
#[derive(InputObject)]
pub struct CreateApplicationInput {
    /// The call it answers, open or announced.
    pub(super) call_id: ID,
    /// The lot it competes in; may be absent when the call has only one.
    pub(super) lot_id: Option<ID>,
    /// Its lead organisation, for which the viewer is an owner or editor.
    pub(super) organisation_id: ID,
    /// Partner organisations, at most 50.
    #[graphql(default)]
    pub(super) partner_ids: Vec<ID>,
    /// Title of the project, of at most 300 characters.
    pub(super) title: String,
    /// The project in a paragraph, of at most 5 000 characters. A draft may go without.
    #[graphql(default)]
    pub(super) summary: String,
    /// Total cost of the project. A draft may say zero.
    pub(super) cost: MoneyInput,
    /// Amount requested from the fund. A draft may say zero.
    pub(super) requested: MoneyInput,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl CreateApplicationInput {
    pub(super) fn command(self) -> Result<CreateApplication> {
        Ok(CreateApplication {
            call_id: id::parse(&self.call_id)?,
            lot_id: self.lot_id.map(|id| id::parse(&id)).transpose()?,
            organisation_id: id::parse(&self.organisation_id)?,
            partner_ids: partners(&self.partner_ids)?,
            content: Content {
                title: self.title,
                summary: self.summary,
                cost: self.cost.into(),
                requested: self.requested.into(),
            },
            illustrative: None,
        })
    }
}

/// What `saveApplication` takes: the whole draft, as its author has it.
#[derive(InputObject)]
pub struct SaveApplicationInput {
    /// The application.
    pub(super) application_id: ID,
    /// The revision that the author started from.
    pub(super) revision: i32,
    /// The lot it competes in; unchanged when absent.
    pub(super) lot_id: Option<ID>,
    /// Partner organisations, at most 50; unchanged when absent.
    pub(super) partner_ids: Option<Vec<ID>>,
    /// Title of the project, of at most 300 characters.
    pub(super) title: String,
    /// The project in a paragraph, of at most 5 000 characters.
    #[graphql(default)]
    pub(super) summary: String,
    /// Total cost of the project.
    pub(super) cost: MoneyInput,
    /// Amount requested from the fund.
    pub(super) requested: MoneyInput,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl SaveApplicationInput {
    pub(super) fn command(self) -> Result<SaveApplication> {
        Ok(SaveApplication {
            application_id: id::parse(&self.application_id)?,
            revision: self.revision,
            lot_id: self.lot_id.map(|id| id::parse(&id)).transpose()?,
            partner_ids: self.partner_ids.map(|ids| partners(&ids)).transpose()?,
            content: Content {
                title: self.title,
                summary: self.summary,
                cost: self.cost.into(),
                requested: self.requested.into(),
            },
        })
    }
}

fn partners(ids: &[ID]) -> Result<Vec<OrganisationId>> {
    ids.iter().map(id::parse).collect()
}

/// What `submitApplication` takes.
#[derive(InputObject)]
pub struct SubmitApplicationInput {
    /// The application.
    pub(super) application_id: ID,
    /// The revision that the applicant has read and submits.
    pub(super) revision: i32,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl SubmitApplicationInput {
    pub(super) fn command(&self) -> Result<SubmitApplication> {
        Ok(SubmitApplication {
            application_id: id::parse(&self.application_id)?,
            revision: self.revision,
        })
    }
}

/// What `withdrawApplication` takes.
#[derive(InputObject)]
pub struct WithdrawApplicationInput {
    /// The application.
    pub(super) application_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}
