//! What changes assessments and decisions.

mod adopt;
mod assess;
mod assign;
mod decide;

pub use adopt::AdoptDecision;
pub use assess::{DeclineAssessment, SaveAssessment, SubmitAssessment};
pub use assign::AssignEvaluator;
pub use decide::{ConcludeCall, NotifyDecision, ProposeDecision};

use entity::value::{ApplicationId, OrganisationId};
use entity::{application, call};

use crate::application::queries::{call_of, organisations};
use crate::{Result, Work};

/// An application with what decides who may act on it.
struct File {
    application: application::Model,
    call: call::Model,
    organisations: Vec<OrganisationId>,
}

/// Loads an application the actor may see, locked until the end of the Work.
async fn load_file(work: &Work, id: ApplicationId) -> Result<File> {
    let application = crate::application::commands::load(work, id).await?;
    let call = call_of(work.txn(), &application).await?;
    let organisations = organisations(work.txn(), &application).await?;
    Ok(File {
        application,
        call,
        organisations,
    })
}
