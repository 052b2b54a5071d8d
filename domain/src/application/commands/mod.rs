//! What changes applications.

mod draft;
mod submit;

pub use draft::{CreateApplication, SaveApplication};
pub use submit::{SubmitApplication, WithdrawApplication};

use entity::value::{ApplicationId, NodeKind};
use entity::{application, fund};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType};

use super::{policy, queries};
use crate::fund::rules::known_currency;
use crate::work::Subject;
use crate::{Currency, Error, Result, Work};

/// Loads an application the actor may see, locked until the end of the Work.
pub(crate) async fn load(work: &Work, id: ApplicationId) -> Result<application::Model> {
    let select = queries::visible(&work.actor)
        .filter(application::Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate);
    select.one(work.txn()).await?.ok_or(Error::NotFound)
}

/// Loads an application the actor may edit, locked until the end of the Work.
async fn load_to_edit(work: &Work, id: ApplicationId) -> Result<application::Model> {
    let application = load(work, id).await?;
    if policy::may_edit(&work.actor, &application) {
        Ok(application)
    } else {
        Err(work.actor.denied())
    }
}

/// The fund that an application asks for money.
pub(crate) async fn fund_of(work: &Work, application: &application::Model) -> Result<fund::Model> {
    let found = fund::Entity::find_by_id(application.fund_id).one(work.txn()).await?;
    found.ok_or(Error::NotFound)
}

/// The currency in which an application's amounts are.
pub(crate) async fn currency(work: &Work, application: &application::Model) -> Result<Currency> {
    known_currency(&fund_of(work, application).await?)
}

pub(crate) fn subject(id: ApplicationId) -> Subject {
    Subject::new(NodeKind::Application, id)
}
