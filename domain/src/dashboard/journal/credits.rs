//! Payment credits: what programmes may order in a fiscal year, and what they have ordered of it.

use std::collections::BTreeMap;

use entity::value::{AccountKind, Book, Instant, ProgrammeId};
use entity::{account, programme};
use sea_orm::{ColumnTrait, Condition, sea_query::Query};

use super::accounts::held;
use crate::dashboard::queries::{Node, authorise, of_fund, past, settle};
use crate::{Actor, Database, Money, Result, fund::rules::known_currency};

/// The payment credits of a programme for a fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentCredits {
    /// The programme.
    pub programme: ProgrammeId,
    /// The fiscal year, as 2026.
    pub fiscal_year: i32,
    /// What orders have used.
    pub consumed: Money,
    /// What is left to order.
    pub available: Money,
}

impl PaymentCredits {
    /// Everything given to the programme for the year, cuts and what was moved or carried over deducted.
    #[must_use]
    pub fn opened(&self) -> Money {
        Money::new(self.consumed.minor + self.available.minor, self.consumed.currency)
    }
}

/// The payment credits of a programme, or of all those of a fund, for one fiscal year or all of them, now or as they
/// were at an instant: by year, then by programme, oldest first. For whoever may see the budget of the node.
pub async fn payment_credits(
    db: &Database,
    actor: &Actor,
    node: Node,
    fiscal_year: Option<i32>,
    as_of: Option<Instant>,
) -> Result<Vec<PaymentCredits>> {
    let fund = authorise(db, actor, node).await?;
    if let Some(at) = as_of {
        settle(db, fund, past(db, "asOf", at)?).await?;
    }
    let accounts = accounts(node, fiscal_year);
    let mut sums: BTreeMap<(i32, ProgrammeId), (i64, i64)> = BTreeMap::new();
    for held in held(accounts, as_of, &db.reader).await? {
        let (consumed, available) = sums.entry((held.fiscal_year, ProgrammeId(held.owner_id))).or_default();
        match held.kind {
            AccountKind::Consumed => *consumed += held.balance_minor,
            _ => *available += held.balance_minor,
        }
    }
    let currency = known_currency(&of_fund(db, fund).await?)?;
    let money = |minor| Money::new(minor, currency);
    let credits = sums
        .into_iter()
        .map(|((fiscal_year, programme), (consumed, available))| PaymentCredits {
            programme,
            fiscal_year,
            consumed: money(consumed),
            available: money(available),
        });
    Ok(credits.collect())
}

/// The accounts of the payment credits of a programme, or of all those of a fund. By their owner, which an index finds:
/// a fund has many more accounts of its awards.
pub(super) fn accounts(node: Node, fiscal_year: Option<i32>) -> Condition {
    let owner = match node {
        Node::Fund(id) => {
            let programmes = Query::select()
                .column(programme::Column::Id)
                .from(programme::Entity)
                .and_where(programme::Column::FundId.eq(id))
                .to_owned();
            account::Column::OwnerId.in_subquery(programmes)
        }
        Node::Programme(_) | Node::Call(_) | Node::Award(_) => account::Column::OwnerId.eq(node.id()),
    };
    Condition::all()
        .add(owner)
        .add(account::Column::Kind.is_in([AccountKind::Programme, AccountKind::Consumed]))
        .add(account::Column::Book.eq(Book::Cp))
        .add_option(fiscal_year.map(|year| account::Column::FiscalYear.eq(year)))
}
