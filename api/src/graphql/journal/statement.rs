//! Statements of accounts.

use async_graphql::{Context, Enum, Object};
use domain::dashboard::journal::statement::{self as queries, Line, Period, Statement};
use entity::value::AccountId;
use uuid::Uuid;

use super::transfer::Transfer;
use crate::graphql::context::RequestContext;
use crate::graphql::error::Result;
use crate::graphql::fund::money;
use crate::graphql::page::{self, Connection, Keyed};
use crate::graphql::scalar::Money;

/// The statement of an account.
pub struct AccountStatement(Statement);

impl AccountStatement {
    /// Reads the statement of an account.
    pub(super) async fn load(ctx: &Context<'_>, account: AccountId, period: Period) -> Result<Self> {
        let read = queries::statement(ctx.database(), ctx.actor(), account, period).await?;
        Ok(Self(read))
    }
}

/// What an account held when a period began, what moved, and what it held when the period ended. `closing` is `opening`
/// with the amounts of all lines added.
#[Object]
impl AccountStatement {
    /// What the account held when the period began.
    async fn opening(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.fund, self.0.opening_minor).await
    }

    /// What it held when the period ended.
    async fn closing(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.fund, self.0.closing_minor).await
    }

    /// What moved, in the order in which it was recorded.
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from the start: 1 to 100, usually 20.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many, from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<StatementLine>> {
        let page = page::arguments(first, after, last, before)?;
        let slice = queries::lines(ctx.database(), &self.0, page).await?;
        page::connection(ctx, slice, queries::count_lines(ctx.database(), &self.0)).await
    }
}

/// The side of a transfer on which an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Side {
    /// The money leaves the account.
    Debit,
    /// The money enters the account.
    Credit,
}

/// A line of a statement.
pub struct StatementLine(Line);

impl From<Line> for StatementLine {
    fn from(line: Line) -> Self {
        Self(line)
    }
}

impl Keyed for StatementLine {
    fn key(&self) -> Uuid {
        self.0.transfer.id.into()
    }
}

/// A line of the statement of an account: a transfer, as it changed this account.
#[Object]
impl StatementLine {
    /// The transfer.
    async fn transfer(&self) -> Transfer {
        self.0.transfer.clone().into()
    }

    /// The side on which the account is.
    async fn side(&self) -> Side {
        if self.0.debit { Side::Debit } else { Side::Credit }
    }

    /// By how much the account changed: below zero when the money left it.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.transfer.fund_id, self.0.change_minor()).await
    }

    /// What the account held right afterwards.
    async fn balance(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.0.transfer.fund_id, self.0.balance_minor()).await
    }
}
