//! Reads of transfers.

use entity::value::{AccountId, Book, FundId, TransferId, TransferKind, UserId};
use entity::{account, ledger_head, transfer};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Select, sea_query::Query,
};
use time::Date;
use uuid::Uuid;

use super::credits::accounts as accounts_of_credits;
use super::ways::{Reach, Way};
use super::{authorise, readable};
use crate::dashboard::queries::Node;
use crate::fund::ledger::journal;
use crate::{Actor, Database, Error, Page, Result, Slice, page};

/// Which transfers to list: those of which one account is all that the first four say, and which are all that the
/// others say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// It is this one.
    pub account: Option<AccountId>,
    /// It belongs to this node, or to something under it.
    pub node: Option<Node>,
    /// It is in this book.
    pub book: Option<Book>,
    /// It holds payment credits of this year.
    pub fiscal_year: Option<i32>,
    /// They do one of these.
    pub kinds: Option<Vec<TransferKind>>,
    /// They count for this day or a later one.
    pub effective_from: Option<Date>,
    /// They count for this day or an earlier one.
    pub effective_to: Option<Date>,
    /// They are about this object.
    pub subject: Option<Uuid>,
    /// This person caused them.
    pub actor: Option<UserId>,
}

/// A transfer of a journal the actor may read.
pub async fn transfer(db: &Database, actor: &Actor, id: TransferId) -> Result<transfer::Model> {
    transfers_by_ids(db, actor, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// The transfers among these whose journal the actor may read.
pub async fn transfers_by_ids(db: &Database, actor: &Actor, ids: &[TransferId]) -> Result<Vec<transfer::Model>> {
    let select = visible(actor).filter(transfer::Column::Id.is_in(ids.iter().copied()));
    Ok(select.all(&db.reader).await?)
}

/// The transfers that undo one of these, as far as the actor may read their journal.
pub async fn reversals_of(db: &Database, actor: &Actor, ids: &[TransferId]) -> Result<Vec<transfer::Model>> {
    let select = visible(actor).filter(transfer::Column::ReversesId.is_in(ids.iter().copied()));
    Ok(select.all(&db.reader).await?)
}

fn visible(actor: &Actor) -> Select<transfer::Entity> {
    transfer::Entity::find().filter(readable(actor, transfer::Column::FundId))
}

/// A page of the journal of a fund, in its order. `NOT_FOUND` when the actor may not see the fund, `FORBIDDEN` when
/// they may see it and not read its journal.
pub async fn transfers(
    db: &Database,
    actor: &Actor,
    fund: FundId,
    filter: &Filter,
    page: Page,
) -> Result<Slice<transfer::Model>> {
    authorise(db, actor, fund).await?;
    let (reach, condition) = plan(db, fund, filter).await?;
    load(fund, &reach, &condition, page, &db.reader).await
}

/// How many transfers of the journal of a fund there are.
pub async fn count_transfers(db: &Database, actor: &Actor, fund: FundId, filter: &Filter) -> Result<u64> {
    authorise(db, actor, fund).await?;
    if *filter == Filter::default() {
        // They are numbered from 1 without gaps.
        let head = ledger_head::Entity::find_by_id(fund).one(&db.reader).await?;
        return u64::try_from(head.map_or(0, |head| head.seq)).map_err(Error::internal);
    }
    let (reach, condition) = plan(db, fund, filter).await?;
    Ok(reach.select(fund, &condition, None).count(&db.reader).await?)
}

/// A page of the transfers of a fund that are within reach and meet a condition.
pub(super) async fn load<C: ConnectionTrait>(
    fund: FundId,
    reach: &Reach,
    condition: &Condition,
    page: Page,
    db: &C,
) -> Result<Slice<transfer::Model>> {
    let select = reach.select(fund, condition, Some(page));
    page::fetch(select, transfer::Column::Seq, page, db).await
}

/// The ways to the transfers that a filter admits, and what is left to be asked of each on the way.
async fn plan(db: &Database, fund: FundId, filter: &Filter) -> Result<(Reach, Condition)> {
    let own = filter.of_transfer();
    if let Some(subject) = filter.subject {
        let ways = vec![Way::About(subject)];
        return Ok((Reach::Ways(ways), own.add_option(filter.of_accounts(fund))));
    }
    if let Some(id) = filter.account {
        let account = account::Entity::find_by_id(id).one(&db.reader).await?;
        let account = account.filter(|account| filter.admits(fund, account));
        return Ok((Reach::accounts(account.map(|account| account.id)), own));
    }
    let ways = match filter.node {
        None => return whole(db, fund, filter).await,
        Some(Node::Fund(id)) if id == fund => return whole(db, fund, filter).await,
        Some(node) if belongs(db, node, fund).await? => ways(db, fund, filter, node).await?,
        Some(_) => Vec::new(),
    };
    Ok((Reach::Ways(ways), own))
}

/// The most ways that are worth their while. SQLite takes at most 500 selections in one.
const MOST_WAYS: usize = 400;

/// The ways through the whole journal of a fund: along what is rarest of what the filter asks for.
async fn whole(db: &Database, fund: FundId, filter: &Filter) -> Result<(Reach, Condition)> {
    let own = filter.of_transfer();
    if filter.book == Some(Book::Cp) || filter.fiscal_year.is_some() {
        let credits = account::Entity::find().filter(accounts_of_credits(Node::Fund(fund), filter.fiscal_year));
        let credits = credits.all(&db.reader).await?;
        let credits = credits.iter().filter(|account| filter.admits(fund, account));
        let reach = Reach::accounts(credits.map(|account| account.id));
        if matches!(&reach, Reach::Ways(ways) if ways.len() <= MOST_WAYS) {
            return Ok((reach, own));
        }
    }
    let condition = own.add_option(filter.of_accounts(fund));
    let reach = match (&filter.kinds, filter.actor) {
        (Some(kinds), _) => Reach::Ways(kinds.iter().copied().map(Way::Kind).collect()),
        (None, Some(person)) => Reach::Ways(vec![Way::By(person)]),
        (None, None) => Reach::Journal,
    };
    Ok((reach, condition))
}

/// The ways to the transfers of what is under a node: those that moved its budget, and those of its payment credits,
/// which no budget has.
async fn ways(db: &Database, fund: FundId, filter: &Filter, node: Node) -> Result<Vec<Way>> {
    let mut ways = Vec::new();
    if filter.book != Some(Book::Cp) && filter.fiscal_year.is_none() {
        ways.push(Way::Entries(node.id()));
    }
    if matches!(node, Node::Programme(_)) && filter.book != Some(Book::Ae) {
        let credits = account::Entity::find()
            .filter(account::Column::OwnerId.eq(node.id()))
            .filter(account::Column::Book.eq(Book::Cp))
            .all(&db.reader)
            .await?;
        for account in credits.iter().filter(|account| filter.admits(fund, account)) {
            ways.extend([Way::Debits(account.id), Way::Credits(account.id)]);
        }
    }
    Ok(ways)
}

/// Whether a node is in a fund.
async fn belongs(db: &Database, node: Node, fund: FundId) -> Result<bool> {
    let own = match node {
        Node::Fund(id) => Some(id),
        Node::Programme(id) => journal::of_programme(db, id).await?,
        Node::Call(id) => journal::of_call(db, id).await?,
        Node::Award(id) => journal::of_award(db, id).await?,
    };
    Ok(own == Some(fund))
}

impl Filter {
    /// What it asks of a transfer itself.
    fn of_transfer(&self) -> Condition {
        use transfer::Column::{ActorId, EffectiveOn, Kind, SubjectId};
        Condition::all()
            .add_option(self.kinds.as_ref().map(|kinds| Kind.is_in(kinds.iter().copied())))
            .add_option(self.effective_from.map(|day| EffectiveOn.gte(day)))
            .add_option(self.effective_to.map(|day| EffectiveOn.lte(day)))
            .add_option(self.subject.map(|subject| SubjectId.eq(subject)))
            .add_option(self.actor.map(|actor| ActorId.eq(actor)))
    }

    /// What it asks of one of the two accounts of a transfer, if anything.
    fn of_accounts(&self, fund: FundId) -> Option<Condition> {
        use account::Column::{AwardId, CallId, FiscalYear, Id, ProgrammeId};
        let node = match self.node {
            Some(Node::Programme(id)) => Some(ProgrammeId.eq(id)),
            Some(Node::Call(id)) => Some(CallId.eq(id)),
            Some(Node::Award(id)) => Some(AwardId.eq(id)),
            Some(Node::Fund(id)) if id != fund => Some(account::Column::FundId.eq(id)),
            Some(Node::Fund(_)) | None => None,
        };
        let asked = [
            node,
            self.account.map(|id| Id.eq(id)),
            self.book.map(|book| account::Column::Book.eq(book)),
            self.fiscal_year.map(|year| FiscalYear.eq(year)),
        ];
        let asked: Vec<_> = asked.into_iter().flatten().collect();
        if asked.is_empty() {
            return None;
        }
        let accounts = Query::select()
            .column(Id)
            .from(account::Entity)
            .and_where(account::Column::FundId.eq(fund))
            .cond_where(asked.into_iter().fold(Condition::all(), Condition::add))
            .to_owned();
        Some(
            Condition::any()
                .add(transfer::Column::DebitAccountId.in_subquery(accounts.clone()))
                .add(transfer::Column::CreditAccountId.in_subquery(accounts)),
        )
    }

    /// The same as [`of_accounts`](Self::of_accounts), of an account at hand.
    fn admits(&self, fund: FundId, account: &account::Model) -> bool {
        let under = |node: Node| match node {
            Node::Fund(id) => account.fund_id == id,
            Node::Programme(id) => account.programme_id == Some(id),
            Node::Call(id) => account.call_id == Some(id),
            Node::Award(id) => account.award_id == Some(id),
        };
        account.fund_id == fund
            && self.account.is_none_or(|id| account.id == id)
            && self.node.is_none_or(under)
            && self.book.is_none_or(|book| account.book == book)
            && self.fiscal_year.is_none_or(|year| account.fiscal_year == year)
    }
}
