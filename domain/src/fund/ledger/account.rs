//! Accounts: how one is named, and how it comes to be.
//!
//! An account exists from the first transfer that credits it, and so does the budget of each node it counts for. What
//! was never touched has no row, and a balance of zero.

use entity::value::{AccountId, AccountKind, AwardId, Book, CallId, FundId, NodeKind, ProgrammeId};
use entity::{account, award, budget, call, ledger_head, programme};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::balances::nodes;
use super::chart;
use super::hash::GENESIS;
use crate::error::{Code, Refusal};
use crate::{Error, Result, Work};

/// What tells an account from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Commitment authority or payment credits.
    pub(crate) book: Book,
    /// What the money in it is.
    pub(crate) kind: AccountKind,
    /// The fund, programme, call or award it belongs to.
    pub(crate) owner: Uuid,
    /// The year of payment credits; 0 in the commitment book.
    pub(crate) fiscal_year: i32,
}

impl Key {
    /// An account of the commitment book.
    pub(crate) fn commitment(kind: AccountKind, owner: impl Into<Uuid>) -> Self {
        Self {
            book: Book::Ae,
            kind,
            owner: owner.into(),
            fiscal_year: 0,
        }
    }

    /// An account of the payment credits of a year.
    pub(crate) fn credits(kind: AccountKind, owner: impl Into<Uuid>, fiscal_year: i32) -> Self {
        Self {
            book: Book::Cp,
            kind,
            owner: owner.into(),
            fiscal_year,
        }
    }

    /// The account with this key, in a fund.
    pub(crate) fn filter(&self, fund: FundId) -> Condition {
        Condition::all()
            .add(account::Column::OwnerId.eq(self.owner))
            .add(account::Column::Kind.eq(self.kind))
            .add(account::Column::Book.eq(self.book))
            .add(account::Column::FiscalYear.eq(self.fiscal_year))
            .add(account::Column::FundId.eq(fund))
    }
}

impl From<&account::Model> for Key {
    fn from(account: &account::Model) -> Self {
        Self {
            book: account.book,
            kind: account.kind,
            owner: account.owner_id,
            fiscal_year: account.fiscal_year,
        }
    }
}

/// Opens the journal of a fund.
pub(crate) async fn open_journal(work: &Work, fund: FundId) -> Result<()> {
    let head = ledger_head::ActiveModel {
        fund_id: Set(fund),
        seq: Set(0),
        hash: Set(GENESIS.to_owned()),
        recorded_at: Set(work.now),
    };
    ledger_head::Entity::insert(head)
        .exec_without_returning(work.txn())
        .await?;
    Ok(())
}

/// Opens an account with what the first transfer that touches it moves, and the budgets it counts for.
pub(super) async fn open(
    work: &Work,
    fund: FundId,
    key: Key,
    debits_minor: i64,
    credits_minor: i64,
) -> Result<account::Model> {
    let (programme_id, call_id, award_id) = above(work, fund, key).await?;
    let account = account::Model {
        id: AccountId::new(),
        fund_id: fund,
        book: key.book,
        kind: key.kind,
        owner_id: key.owner,
        programme_id,
        call_id,
        award_id,
        fiscal_year: key.fiscal_year,
        debits_minor,
        credits_minor,
        version: 1,
    };
    account::Entity::insert(account.clone().into_active_model().reset_all())
        .exec_without_returning(work.txn())
        .await
        .map_err(|error| Error::or_duplicate(error, full))?;
    let budgets: Vec<_> = nodes(&account)
        .map(|(kind, node)| empty_budget(fund, kind, node))
        .collect();
    if !budgets.is_empty() {
        budget::Entity::insert_many(budgets)
            .on_conflict_do_nothing_on([budget::Column::NodeId])
            .exec_without_returning(work.txn())
            .await?;
    }
    Ok(account)
}

/// There is such an account, and it has counted as much as an account can.
fn full() -> Refusal {
    Refusal::new(
        Code::Validation,
        "The amount is too large: so much cannot pass through one account.",
        "Le montant est trop grand : un compte ne peut en voir passer autant.",
    )
}

/// The programme, the call and the award above an owner, itself included; an error unless it belongs to the fund.
async fn above(work: &Work, fund: FundId, key: Key) -> Result<(Option<ProgrammeId>, Option<CallId>, Option<AwardId>)> {
    let owners = match chart::owner(key.kind) {
        NodeKind::Fund => (key.owner == fund.0).then_some((None, None, None)),
        NodeKind::Programme => programme::Entity::find_by_id(ProgrammeId(key.owner))
            .one(work.txn())
            .await?
            .filter(|programme| programme.fund_id == fund)
            .map(|programme| (Some(programme.id), None, None)),
        NodeKind::Call => call::Entity::find_by_id(CallId(key.owner))
            .one(work.txn())
            .await?
            .filter(|call| call.fund_id == fund)
            .map(|call| (Some(call.programme_id), Some(call.id), None)),
        _ => {
            let award = award::Entity::find_by_id(AwardId(key.owner)).one(work.txn()).await?;
            let award = award.filter(|award| award.fund_id == fund);
            let award = award.ok_or_else(|| Error::internal("an account of an award of another fund"))?;
            call::Entity::find_by_id(award.call_id)
                .one(work.txn())
                .await?
                .map(|call| (Some(call.programme_id), Some(call.id), Some(award.id)))
        }
    };
    owners.ok_or_else(|| Error::internal("an account of something that is not in the fund"))
}

fn empty_budget(fund: FundId, node_kind: NodeKind, node: Uuid) -> budget::ActiveModel {
    budget::ActiveModel {
        node_id: Set(node),
        node_kind: Set(node_kind),
        fund_id: Set(fund),
        envelope_minor: Set(0),
        programme_minor: Set(0),
        call_minor: Set(0),
        reserved_minor: Set(0),
        award_minor: Set(0),
        ordered_minor: Set(0),
        paid_minor: Set(0),
        recoverable_minor: Set(0),
        recovered_minor: Set(0),
        lapsed_minor: Set(0),
    }
}
