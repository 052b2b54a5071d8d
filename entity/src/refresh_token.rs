//! `refresh_token`: one link of a chain of refresh tokens; only the hash of the token is kept.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::value::{Instant, RefreshTokenId, UserId};

/// A row of `refresh_token`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefreshTokenId,
    /// Whose session it is.
    pub user_id: UserId,
    /// The sign-in that began the chain.
    pub family_id: Uuid,
    /// SHA-256 of the token, in hexadecimal, unique.
    #[serde(skip)]
    pub token_hash: String,
    /// When it was issued.
    pub issued_at: Instant,
    /// When it stops working.
    pub expires_at: Instant,
    /// When it was exchanged for the next one, or the session ended.
    pub ended_at: Option<Instant>,
}

/// None: what belongs to what is kept by foreign keys, and queries name their columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
