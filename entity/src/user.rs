//! `user`: a person with an account.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{Instant, UserId};

/// A row of `user`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// Lower-cased e-mail address, unique.
    pub email: String,
    /// The name others see.
    pub display_name: String,
    /// argon2id, in PHC string format. Never leaves the server, not even for the audit trail.
    #[serde(skip)]
    pub password_hash: String,
    /// When the account was made.
    pub created_at: Instant,
    /// What in this row is made up for a demonstration; `None` when nothing is.
    pub illustrative: Option<String>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
