//! `organisation`: a legal entity.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{IdentifierScheme, Instant, OrganisationId, OrganisationKind};

/// A row of `organisation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganisationId,
    /// Legal name.
    pub name: String,
    /// What sort of body it is.
    pub kind: OrganisationKind,
    /// Which register its identifier is from.
    pub scheme: IdentifierScheme,
    /// Its identifier there, without spaces; unique within the scheme.
    pub identifier: String,
    /// ISO 3166-2 code of the region it sits in.
    pub region: Option<String>,
    /// When it was recorded.
    pub created_at: Instant,
    /// What in this row is made up for a demonstration; `None` when nothing is.
    pub illustrative: Option<String>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
