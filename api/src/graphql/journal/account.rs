//! Accounts of a journal.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, InputObject, Object};
use domain::Page;
use domain::dashboard::journal::accounts::{self as queries, Filter};
use domain::dashboard::journal::statement::Period;
use domain::fund::ledger::chart;
use entity::account;
use entity::value::{AccountId, FundId, Instant};
use uuid::Uuid;

use super::object;
use super::statement::AccountStatement;
use crate::graphql::context::RequestContext;
use crate::graphql::error::{Error, Nullable, Result};
use crate::graphql::fund::{Fund, money};
use crate::graphql::id;
use crate::graphql::ledger::{AccountKind, Book};
use crate::graphql::loader::Batch;
use crate::graphql::node::Node;
use crate::graphql::page::{self, Connection, Keyed};
use crate::graphql::scalar::{DateTime, Money};

/// An account of a journal.
pub struct Account(account::Model);

impl From<account::Model> for Account {
    fn from(row: account::Model) -> Self {
        Self(row)
    }
}

impl Keyed for Account {
    fn key(&self) -> Uuid {
        self.0.id.into()
    }
}

/// An account of a fund. It exists from the first transfer that touches it, and never goes below zero, the source
/// aside. Seen by the staff of the fund.
#[Object]
impl Account {
    /// Global identifier. Opaque.
    pub(crate) async fn id(&self) -> ID {
        id::of(self.0.id)
    }

    /// The fund.
    async fn fund(&self, ctx: &Context<'_>) -> Result<Fund> {
        Ok(ctx.loaders().one(self.0.fund_id).await?.into())
    }

    /// What it caps: commitments, or the orders of a fiscal year.
    async fn book(&self) -> Book {
        self.0.book.into()
    }

    /// What the money in it is.
    async fn kind(&self) -> AccountKind {
        self.0.kind.into()
    }

    /// The fund, the programme, the call or the award that it belongs to; null, with an error, if the viewer may not
    /// see it.
    async fn owner(&self, ctx: &Context<'_>) -> Nullable<Node> {
        Some(object::load(ctx, chart::owner(self.0.kind), self.0.owner_id).await)
    }

    /// The fiscal year of payment credits, as 2026; null in the book of commitment authority.
    async fn fiscal_year(&self) -> Option<i32> {
        Some(self.0.fiscal_year).filter(|year| *year != 0)
    }

    /// What it holds, or held at an instant: nothing before its first transfer.
    async fn balance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After every transfer recorded by this instant, which is past; now, if it is left out.")]
        as_of: Option<DateTime>,
    ) -> Result<Money> {
        let minor = match as_of {
            Some(at) => ctx.loaders().all(BalanceAt(self.0.id, at.0)).await?,
            None => self.0.credits_minor - self.0.debits_minor,
        };
        money(ctx, self.0.fund_id, minor).await
    }

    /// What it held when a period began, what moved, and what it held when the period ended: all as of one moment. One
    /// statement continues where another ends, without a gap and without an overlap.
    async fn statement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what was recorded after this instant; everything, if it is left out.")] from: Option<
            DateTime,
        >,
        #[graphql(desc = "Only what was recorded by this instant, which is past; until now, if it is left out.")]
        to: Option<DateTime>,
    ) -> Result<AccountStatement> {
        let period = Period {
            after: from.map(|at| at.0),
            until: to.map(|at| at.0),
        };
        AccountStatement::load(ctx, self.0.id, period).await
    }
}

/// Which accounts of a fund to list.
#[derive(Debug, Default, InputObject)]
pub struct AccountFilter {
    /// Only those of this book.
    book: Option<Book>,
    /// Only those of this kind.
    kind: Option<AccountKind>,
    /// Only those that belong to this fund, programme, call or award itself.
    owner: Option<ID>,
    /// Only those of the payment credits of this fiscal year, as 2026.
    fiscal_year: Option<i32>,
}

impl AccountFilter {
    /// A page of the accounts of a fund.
    pub(crate) async fn list(
        filter: Option<Self>,
        ctx: &Context<'_>,
        fund: FundId,
        page: Page,
    ) -> Result<Connection<Account>> {
        let filter = filter.unwrap_or_default();
        let owner = filter
            .owner
            .map(|id| id::decode(&id).ok_or(Error::NotFound))
            .transpose()?;
        let filter = Filter {
            book: filter.book.map(Into::into),
            kind: filter.kind.map(Into::into),
            owner: owner.map(|(_, uuid)| uuid),
            fiscal_year: filter.fiscal_year,
        };
        let slice = queries::accounts(ctx.database(), ctx.actor(), fund, filter, page).await?;
        let total = queries::count_accounts(ctx.database(), ctx.actor(), fund, filter);
        page::connection(ctx, slice, total).await
    }
}

impl Loader<AccountId> for Batch {
    type Value = account::Model;
    type Error = Error;

    async fn load(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, account::Model>> {
        let rows = queries::accounts_by_ids(self.database(), self.actor(), ids).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// Loads what an account held at an instant, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BalanceAt(pub AccountId, pub Instant);

impl Loader<BalanceAt> for Batch {
    type Value = i64;
    type Error = Error;

    async fn load(&self, keys: &[BalanceAt]) -> Result<HashMap<BalanceAt, i64>> {
        let mut asked: HashMap<Instant, Vec<AccountId>> = HashMap::new();
        for BalanceAt(id, at) in keys {
            asked.entry(*at).or_default().push(*id);
        }
        let mut found = HashMap::new();
        for (at, ids) in asked {
            let balances = queries::balances_at(self.database(), self.actor(), &ids, at).await?;
            found.extend(balances.into_iter().map(|(id, minor)| (BalanceAt(id, at), minor)));
        }
        Ok(found)
    }
}
