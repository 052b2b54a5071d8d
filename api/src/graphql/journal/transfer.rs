//! Transfers: the lines of a journal.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, InputObject, Object};
use domain::dashboard::journal::transfers::{self as queries, Filter};
use entity::transfer;
use entity::value::{FundId, TransferId};
use uuid::Uuid;

use super::account::Account;
use super::object;
use crate::graphql::context::RequestContext;
use crate::graphql::dashboard;
use crate::graphql::error::{Error, Nullable, Result};
use crate::graphql::fund::{Fund, money};
use crate::graphql::id;
use crate::graphql::identity::User;
use crate::graphql::ledger::{Book, TransferKind};
use crate::graphql::loader::Batch;
use crate::graphql::node::Node;
use crate::graphql::page::{self, Connection, Keyed};
use crate::graphql::scalar::{BigInt, Date, DateTime, Money};
use domain::Page;

/// A line of a journal.
pub struct Transfer(transfer::Model);

impl From<transfer::Model> for Transfer {
    fn from(row: transfer::Model) -> Self {
        Self(row)
    }
}

impl Keyed for Transfer {
    fn key(&self) -> Uuid {
        self.0.id.into()
    }
}

/// A line of the journal of a fund: one amount, taken from one account and added to another. Never changed and never
/// deleted; a mistake is corrected by another transfer that reverses it. Seen by the staff of the fund.
#[Object]
impl Transfer {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// The fund.
    async fn fund(&self, ctx: &Context<'_>) -> Result<Fund> {
        Ok(ctx.loaders().one(self.0.fund_id).await?.into())
    }

    /// Its place in the journal of the fund, from 1, without gaps.
    async fn seq(&self) -> BigInt {
        BigInt(self.0.seq)
    }

    /// What it does.
    async fn kind(&self) -> TransferKind {
        self.0.kind.into()
    }

    /// The book of its two accounts: commitment authority, or payment credits.
    async fn book(&self, ctx: &Context<'_>) -> Result<Book> {
        Ok(ctx.loaders().one(self.0.debit_account_id).await?.book.into())
    }

    /// The fiscal year of the payment credits that it moves, as 2026: of those that it takes, for a carry-over. Null in
    /// the book of commitment authority.
    async fn fiscal_year(&self, ctx: &Context<'_>) -> Nullable<i32> {
        let account = ctx.loaders().one(self.0.debit_account_id).await;
        let year = account.map(|account| Some(account.fiscal_year).filter(|year| *year != 0));
        year.transpose()
    }

    /// How much.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.fund_id, self.0.amount_minor).await
    }

    /// The account that the money leaves.
    async fn debit(&self, ctx: &Context<'_>) -> Result<Account> {
        Ok(ctx.loaders().one(self.0.debit_account_id).await?.into())
    }

    /// The account that the money enters.
    async fn credit(&self, ctx: &Context<'_>) -> Result<Account> {
        Ok(ctx.loaders().one(self.0.credit_account_id).await?.into())
    }

    /// What the account that the money left held right afterwards.
    async fn debit_balance(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.fund_id, self.0.debit_balance_minor).await
    }

    /// What the account that the money entered held right afterwards.
    async fn credit_balance(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.fund_id, self.0.credit_balance_minor).await
    }

    /// The day it counts for, in the time zone of the fund: never later than the day it was recorded.
    async fn effective_on(&self) -> Date {
        Date(self.0.effective_on)
    }

    /// When it was recorded; never before the transfer before it.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at)
    }

    /// Who caused it; null if nobody did, and null, with an error, if the viewer may not see them.
    async fn actor(&self, ctx: &Context<'_>) -> Nullable<User> {
        Some(ctx.loaders().one(self.0.actor_id?).await.map(User::from))
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Reference of the document that justifies it; null without one.
    async fn document(&self) -> Option<&str> {
        self.0.document.as_deref()
    }

    /// What it is about: the fund whose budget moves, the award, the payment request or the recovery; null, with an
    /// error, if the viewer may not see it.
    async fn subject(&self, ctx: &Context<'_>) -> Nullable<Node> {
        Some(object::load(ctx, self.0.subject_kind, self.0.subject_id).await)
    }

    /// The transfer that it reverses; null if it reverses none.
    async fn reverses(&self, ctx: &Context<'_>) -> Nullable<Self> {
        Some(ctx.loaders().one(self.0.reverses_id?).await.map(Self))
    }

    /// The transfer that reverses it; null while there is none. One at most ever does.
    async fn reversed_by(&self, ctx: &Context<'_>) -> Nullable<Self> {
        let found = ctx.loaders().all(ReversalOf(self.0.id)).await;
        found.map(|row| row.map(Self)).transpose()
    }

    /// SHA-256 of all its fields and of the hash before it, in hexadecimal: whoever alters a line of the journal would
    /// have to alter all those that follow.
    async fn hash(&self) -> &str {
        &self.0.hash
    }

    /// The hash of the transfer before it in the journal; 64 zeros for the first.
    async fn previous_hash(&self) -> &str {
        &self.0.previous_hash
    }
}

/// Which transfers of a fund to list: those of which one account is all that `account`, `node`, `book` and `fiscalYear`
/// say, and which themselves are all that the other fields say.
#[derive(Debug, Default, InputObject)]
pub struct TransferFilter {
    /// Only those that take from this account, or add to it.
    account: Option<ID>,
    /// Only those that touch an account of this fund, programme, call or award, or of something under it.
    node: Option<ID>,
    /// Only those of this book.
    book: Option<Book>,
    /// Only those that touch payment credits of this fiscal year, as 2026.
    fiscal_year: Option<i32>,
    /// Only those that do one of these.
    kinds: Option<Vec<TransferKind>>,
    /// Only those that count for this day or a later one.
    effective_from: Option<Date>,
    /// Only those that count for this day or an earlier one.
    effective_to: Option<Date>,
    /// Only those about this object: a fund, an award, a payment request or a recovery.
    subject: Option<ID>,
    /// Only those that this person caused.
    actor: Option<ID>,
}

impl TransferFilter {
    fn read(self) -> Result<Filter> {
        let kinds = self.kinds.map(|kinds| kinds.into_iter().map(Into::into).collect());
        let subject = self
            .subject
            .map(|id| id::decode(&id).ok_or(Error::NotFound))
            .transpose()?;
        Ok(Filter {
            account: self.account.as_ref().map(id::parse).transpose()?,
            node: self.node.as_ref().map(dashboard::node).transpose()?,
            book: self.book.map(Into::into),
            fiscal_year: self.fiscal_year,
            kinds,
            effective_from: self.effective_from.map(|day| day.0),
            effective_to: self.effective_to.map(|day| day.0),
            subject: subject.map(|(_, uuid)| uuid),
            actor: self.actor.as_ref().map(id::parse).transpose()?,
        })
    }

    /// A page of the journal of a fund.
    pub(crate) async fn list(
        filter: Option<Self>,
        ctx: &Context<'_>,
        fund: FundId,
        page: Page,
    ) -> Result<Connection<Transfer>> {
        let filter = filter.unwrap_or_default().read()?;
        let slice = queries::transfers(ctx.database(), ctx.actor(), fund, &filter, page).await?;
        let total = queries::count_transfers(ctx.database(), ctx.actor(), fund, &filter);
        page::connection(ctx, slice, total).await
    }
}

impl Loader<TransferId> for Batch {
    type Value = transfer::Model;
    type Error = Error;

    async fn load(&self, ids: &[TransferId]) -> Result<HashMap<TransferId, transfer::Model>> {
        let rows = queries::transfers_by_ids(self.database(), self.actor(), ids).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// Loads the transfer that reverses another, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReversalOf(pub TransferId);

impl Loader<ReversalOf> for Batch {
    type Value = Option<transfer::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ReversalOf]) -> Result<HashMap<ReversalOf, Self::Value>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = queries::reversals_of(self.database(), self.actor(), &ids).await?;
        let keyed = rows
            .into_iter()
            .filter_map(|row| Some((ReversalOf(row.reverses_id?), Some(row))));
        Ok(keyed.collect())
    }
}
