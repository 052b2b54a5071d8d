//! Many budgets of one moment: their figures add up to each other, whatever is written between one statement and the
//! next.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use entity::value::{FundId, Instant};
use entity::{budget_entry, fund, ledger_head};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Iterable, Order, QueryFilter,
    sea_query::{Alias, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::budget::Budget;
use super::queries::{Node, past, settle, shown};
use crate::fund::ledger::Balances;
use crate::fund::rules::known_currency;
use crate::{Actor, Database, Result};

/// The moment that budgets are read at: an instant, or the present, which is where the journal of a fund ends when one
/// of its budgets is first asked for.
#[derive(Debug, Default)]
pub struct Moment {
    as_of: Option<Instant>,
    ends: Mutex<HashMap<FundId, End>>,
}

/// The last transfer of a journal that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) recorded_at: Instant,
    pub(super) seq: i64,
}

impl Moment {
    /// After every transfer recorded by an instant; the present, if there is none.
    #[must_use]
    pub fn new(as_of: Option<Instant>) -> Self {
        Self {
            as_of,
            ends: Mutex::default(),
        }
    }

    /// Where the journals of some funds end at this moment. A fund whose journal is empty is left out.
    async fn ends(&self, db: &Database, funds: &BTreeSet<FundId>) -> Result<HashMap<FundId, End>> {
        if let Some(instant) = self.as_of {
            let end = End {
                recorded_at: past(db, "asOf", instant)?,
                seq: i64::MAX,
            };
            for fund in funds {
                settle(db, *fund, instant).await?;
            }
            return Ok(funds.iter().map(|fund| (*fund, end)).collect());
        }
        let known = self.known();
        let unknown = funds.iter().filter(|fund| !known.contains_key(fund)).copied();
        let unknown: Vec<FundId> = unknown.collect();
        if unknown.is_empty() {
            return Ok(known);
        }
        let heads = ledger_head::Entity::find().filter(ledger_head::Column::FundId.is_in(unknown));
        let heads = heads.all(&db.reader).await?;
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        for head in heads {
            let end = End {
                recorded_at: head.recorded_at,
                seq: head.seq,
            };
            ends.entry(head.fund_id).or_insert(end);
        }
        Ok(ends.clone())
    }

    /// Where the journal of a fund ends at this moment, once one of its budgets was read: the number of its last
    /// transfer.
    pub(super) fn end(&self, fund: FundId) -> Option<i64> {
        self.known().get(&fund).map(|end| end.seq)
    }

    fn known(&self) -> HashMap<FundId, End> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The budgets of some nodes at a moment, each as [`budget`](super::queries::budget) answers it. As many statements for
/// one node as for a hundred of its kind and fund, whatever the length of the ledger.
pub async fn budgets(
    db: &Database,
    actor: &Actor,
    nodes: &[Node],
    moment: &Moment,
) -> Result<HashMap<Node, Result<Budget>>> {
    let mut found: HashMap<Node, Result<Budget>> = HashMap::with_capacity(nodes.len());
    let mut seen: HashMap<FundId, Vec<Node>> = HashMap::new();
    for (node, shown) in shown(db, actor, nodes).await? {
        match shown {
            Ok(owner) => seen.entry(owner).or_default().push(node),
            Err(error) => drop(found.insert(node, Err(error))),
        }
    }
    let funds: BTreeSet<FundId> = seen.keys().copied().collect();
    if funds.is_empty() {
        return Ok(found);
    }
    let rows = fund::Entity::find().filter(fund::Column::Id.is_in(funds.iter().copied()));
    let rows = rows.all(&db.reader).await?;
    let ends = moment.ends(db, &funds).await?;
    for fund in rows {
        let Some(own) = seen.get(&fund.id) else { continue };
        let currency = known_currency(&fund)?;
        let balances = match ends.get(&fund.id) {
            Some(end) => balances(db, own, *end).await?,
            None => HashMap::new(),
        };
        for node in own {
            let balances = balances.get(&node.id()).copied().unwrap_or_default();
            found.insert(*node, Ok(Budget::of(node.kind(), balances, currency)));
        }
    }
    Ok(found)
}

/// How many nodes one statement seeks. SQLite takes at most 500 selections in one.
const AT_ONCE: usize = 100;

/// The balances under some nodes of a fund where its journal ends: one seek each. What no transfer had touched by then
/// has no entry, and holds nothing.
async fn balances(db: &Database, nodes: &[Node], end: End) -> Result<HashMap<Uuid, Balances>> {
    let mut found = HashMap::with_capacity(nodes.len());
    for nodes in nodes.chunks(AT_ONCE) {
        let Some(entries) = entries(nodes, end) else { continue };
        let entries = budget_entry::Model::find_by_statement(db.reader.get_database_backend().build(&entries));
        let entries = entries.all(&db.reader).await?;
        found.extend(entries.iter().map(|entry| (entry.node_id, Balances::from(entry))));
    }
    Ok(found)
}

/// The last entry of each of some nodes by an end of the journal.
pub(super) fn entries(nodes: &[Node], end: End) -> Option<SelectStatement> {
    use budget_entry::Column::{NodeId, RecordedAt, Seq};
    let mut seeks = nodes.iter().map(|node| {
        let last = Query::select()
            .columns(budget_entry::Column::iter())
            .from(budget_entry::Entity)
            .and_where(NodeId.eq(node.id()))
            .and_where(RecordedAt.lte(end.recorded_at))
            .and_where(Seq.lte(end.seq))
            .order_by(RecordedAt, Order::Desc)
            .order_by(Seq, Order::Desc)
            .limit(1)
            .to_owned();
        // In parentheses of its own: a part of a UNION has neither order nor limit.
        Query::select()
            .columns(budget_entry::Column::iter())
            .from_subquery(last, Alias::new("last"))
            .to_owned()
    });
    let mut all = seeks.next()?;
    all.unions(seeks.map(|seek| (UnionType::All, seek)));
    Some(all)
}
