//! Opening the accounts and the budget row of a node.

use entity::value::{AccountId, AccountKind, AwardId, Book, CallId, FundId, NodeKind, ProgrammeId};
use entity::{account, award, budget, call, ledger_head, programme};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::hash::GENESIS;
use crate::{Result, Work};

/// Where accounts hang: the fund and what leads down to their owner.
#[derive(Clone, Copy)]
struct Branch {
    fund: FundId,
    programme: Option<ProgrammeId>,
    call: Option<CallId>,
    award: Option<AwardId>,
}

/// Opens the journal of a fund, with its source and its envelope.
pub(crate) async fn open_fund(work: &Work, fund: FundId) -> Result<()> {
    let head = ledger_head::ActiveModel {
        fund_id: Set(fund),
        seq: Set(0),
        hash: Set(GENESIS.to_owned()),
        recorded_at: Set(work.now),
    };
    ledger_head::Entity::insert(head)
        .exec_without_returning(work.txn())
        .await?;
    let branch = Branch {
        fund,
        programme: None,
        call: None,
        award: None,
    };
    open(
        work,
        branch,
        NodeKind::Fund,
        fund.0,
        &[AccountKind::Source, AccountKind::Envelope],
    )
    .await
}

/// Opens the account of a programme.
pub(crate) async fn open_programme(work: &Work, programme: &programme::Model) -> Result<()> {
    let branch = Branch {
        fund: programme.fund_id,
        programme: Some(programme.id),
        call: None,
        award: None,
    };
    open(
        work,
        branch,
        NodeKind::Programme,
        programme.id.0,
        &[AccountKind::Programme],
    )
    .await
}

/// Opens the account of a call.
pub(crate) async fn open_call(work: &Work, call: &call::Model) -> Result<()> {
    let branch = Branch {
        fund: call.fund_id,
        programme: Some(call.programme_id),
        call: Some(call.id),
        award: None,
    };
    open(work, branch, NodeKind::Call, call.id.0, &[AccountKind::Call]).await
}

/// Opens the accounts of an award of a call.
pub(crate) async fn open_award(work: &Work, call: &call::Model, award: &award::Model) -> Result<()> {
    let branch = Branch {
        fund: call.fund_id,
        programme: Some(call.programme_id),
        call: Some(call.id),
        award: Some(award.id),
    };
    let kinds = [
        AccountKind::Reserved,
        AccountKind::Award,
        AccountKind::Ordered,
        AccountKind::Paid,
    ];
    open(work, branch, NodeKind::Award, award.id.0, &kinds).await
}

async fn open(work: &Work, branch: Branch, node: NodeKind, owner: Uuid, kinds: &[AccountKind]) -> Result<()> {
    let accounts = kinds.iter().map(|kind| account::ActiveModel {
        id: Set(AccountId::new()),
        fund_id: Set(branch.fund),
        book: Set(Book::Ae),
        kind: Set(*kind),
        owner_id: Set(owner),
        programme_id: Set(branch.programme),
        call_id: Set(branch.call),
        award_id: Set(branch.award),
        fiscal_year: Set(0),
        debits_minor: Set(0),
        credits_minor: Set(0),
        version: Set(0),
    });
    account::Entity::insert_many(accounts)
        .exec_without_returning(work.txn())
        .await?;
    let budget = budget::ActiveModel {
        node_id: Set(owner),
        node_kind: Set(node),
        fund_id: Set(branch.fund),
        envelope_minor: Set(0),
        programme_minor: Set(0),
        call_minor: Set(0),
        reserved_minor: Set(0),
        award_minor: Set(0),
        ordered_minor: Set(0),
        paid_minor: Set(0),
    };
    budget.insert(work.txn()).await?;
    Ok(())
}
