//! `partner`: a partner organisation's place in an application.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{ApplicationId, OrganisationId, PartnerId};

/// A row of `partner`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "partner")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PartnerId,
    /// The application.
    pub application_id: ApplicationId,
    /// The partner.
    pub organisation_id: OrganisationId,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
