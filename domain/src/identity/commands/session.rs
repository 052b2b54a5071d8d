//! Sessions: a chain of single-use refresh tokens, of which only hashes are kept.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use entity::refresh_token;
use entity::value::{Instant, NodeKind, RefreshTokenId, UserId};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::work::Subject;
use crate::{Command, Error, Result, Work};

/// How long a refresh token works, in days.
const LIFETIME_DAYS: i64 = 30;
const DAY_MICROS: i64 = 86_400_000_000;

/// A session with its next refresh token, which is told once and not kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssuedSession {
    /// Whose session it is.
    pub user_id: UserId,
    /// Exchanged for the next one by [`RefreshSession`]; works once.
    pub refresh_token: String,
    /// When the refresh token stops working, in microseconds since the Unix epoch, UTC.
    pub expires_at_micros: i64,
}

#[derive(Serialize)]
struct SessionEvent {
    family_id: Uuid,
}

/// Begins a session for a person whose password, or other proof, has been checked.
#[derive(Clone, Copy, Debug)]
pub struct OpenSession {
    /// Who has signed in.
    pub user_id: UserId,
}

impl Command for OpenSession {
    type Output = IssuedSession;

    async fn run(&self, work: &mut Work) -> Result<IssuedSession> {
        let family_id = Uuid::now_v7();
        let issued = issue(work, self.user_id, family_id).await?;
        let subject = Subject::new(NodeKind::User, self.user_id);
        work.record("session.open", subject, None, &SessionEvent { family_id })
            .await?;
        Ok(issued)
    }
}

/// Exchanges a refresh token for the next one. One that was used before ends the whole session: it was copied.
#[derive(Clone, Debug)]
pub struct RefreshSession {
    /// The last refresh token of the session.
    pub refresh_token: String,
}

impl Command for RefreshSession {
    /// `None` when the token was no longer good.
    type Output = Option<IssuedSession>;

    async fn run(&self, work: &mut Work) -> Result<Self::Output> {
        let token = find(work, &self.refresh_token).await?.ok_or(Error::Unauthenticated)?;
        let subject = Subject::new(NodeKind::User, token.user_id);
        let event = SessionEvent {
            family_id: token.family_id,
        };
        let fresh = token.expires_at > work.now && end(work, refresh_token::Column::Id.eq(token.id)).await? == 1;
        if !fresh {
            // Committed, not refused: a refusal would roll the ending back.
            end(work, refresh_token::Column::FamilyId.eq(token.family_id)).await?;
            work.record("session.reuse", subject, None, &event).await?;
            return Ok(None);
        }
        let issued = issue(work, token.user_id, token.family_id).await?;
        work.record("session.refresh", subject, None, &event).await?;
        Ok(Some(issued))
    }
}

/// Ends a session. One that is unknown or over already is ended all the same.
#[derive(Clone, Debug)]
pub struct CloseSession {
    /// Any refresh token of the session.
    pub refresh_token: String,
}

impl Command for CloseSession {
    type Output = ();

    async fn run(&self, work: &mut Work) -> Result<()> {
        let token = find(work, &self.refresh_token).await?.ok_or(Error::Unauthenticated)?;
        end(work, refresh_token::Column::FamilyId.eq(token.family_id)).await?;
        let subject = Subject::new(NodeKind::User, token.user_id);
        work.record(
            "session.close",
            subject,
            None,
            &SessionEvent {
                family_id: token.family_id,
            },
        )
        .await?;
        Ok(())
    }
}

async fn issue(work: &Work, user_id: UserId, family_id: Uuid) -> Result<IssuedSession> {
    let mut secret = [0_u8; 32];
    getrandom::fill(&mut secret).map_err(|error| Error::internal(error.to_string()))?;
    let token = BASE64_URL_SAFE_NO_PAD.encode(secret);
    let expires_at = Instant(work.now.0.saturating_add(LIFETIME_DAYS * DAY_MICROS));
    let row = refresh_token::ActiveModel {
        id: Set(RefreshTokenId::new()),
        user_id: Set(user_id),
        family_id: Set(family_id),
        token_hash: Set(hashed(&token)),
        issued_at: Set(work.now),
        expires_at: Set(expires_at),
        ended_at: Set(None),
    };
    row.insert(work.txn()).await?;
    Ok(IssuedSession {
        user_id,
        refresh_token: token,
        expires_at_micros: expires_at.0,
    })
}

/// Finds a token and locks its session: whoever ends the session sees the tokens that a refresh has just added to it.
async fn find(work: &Work, token: &str) -> Result<Option<refresh_token::Model>> {
    let by_hash = refresh_token::Column::TokenHash.eq(hashed(token));
    let Some(found) = refresh_token::Entity::find().filter(by_hash).one(work.txn()).await? else {
        return Ok(None);
    };
    let first = refresh_token::Entity::find()
        .filter(refresh_token::Column::FamilyId.eq(found.family_id))
        .order_by_asc(refresh_token::Column::Id)
        .lock(LockType::NoKeyUpdate);
    first.one(work.txn()).await?;
    Ok(refresh_token::Entity::find_by_id(found.id).one(work.txn()).await?)
}

/// Ends the tokens that are not ended yet; how many there were.
async fn end(work: &Work, which: impl sea_orm::sea_query::IntoCondition) -> Result<u64> {
    let update = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::EndedAt, Expr::value(work.now))
        .filter(which)
        .filter(refresh_token::Column::EndedAt.is_null());
    Ok(update.exec(work.txn()).await?.rows_affected)
}

fn hashed(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}
