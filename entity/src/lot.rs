//! `lot`: a category of a call, with its own ranking.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{CallId, LotId};

/// A row of `lot`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "lot")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LotId,
    /// Its call.
    pub call_id: CallId,
    /// Its place in the call, from 1.
    pub position: i32,
    /// Its name.
    pub name: String,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
