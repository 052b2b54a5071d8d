//! The journal: every transfer follows from those before it.

use entity::value::{AccountId, AccountKind, AuditEventId, Book, FundId, Instant, NodeKind, ProgrammeId, TransferKind};
use entity::{account, fund, ledger_head, transfer};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::books::Books;
use super::links::Links;
use super::report::Check;
use super::{Scope, rows};
use crate::Result;
use crate::fund::ledger::{chart, hash};

/// The transfers of a scope.
pub(super) fn transfers(scope: Scope) -> Select<transfer::Entity> {
    match scope {
        Scope::Whole => transfer::Entity::find(),
        Scope::Fund(fund) => transfer::Entity::find().filter(transfer::Column::FundId.eq(fund)),
    }
}

/// The next transfers of a fund's journal.
pub(super) fn after(fund: FundId, seq: i64) -> Select<transfer::Entity> {
    transfers(Scope::Fund(fund))
        .filter(transfer::Column::Seq.gt(seq))
        .order_by_asc(transfer::Column::Seq)
}

/// Where a replay has come to.
pub(super) struct End {
    seq: i64,
    hash: String,
    recorded_at: Instant,
}

/// Replays the journal of a fund.
pub(super) async fn replay(check: &mut Check<'_>, books: &mut Books, fund: &fund::Model) -> Result<End> {
    let mut replay = Replay {
        fund,
        end: End {
            seq: 0,
            hash: hash::GENESIS.to_owned(),
            recorded_at: fund.created_at,
        },
        order: None,
    };
    loop {
        let batch = rows::batch(check, after(fund.id, replay.end.seq)).await?;
        let links = Links::load(check, &batch.rows).await?;
        for transfer in &batch.rows {
            for what in replay.next(transfer, &links, books) {
                check.fault(format_args!("{} transfer {}", fund.code, transfer.seq), what);
            }
        }
        check.report.transfers += check.read(batch.rows.len());
        if batch.is_last || batch.rows.is_empty() {
            return Ok(replay.end);
        }
    }
}

struct Replay<'a> {
    fund: &'a fund::Model,
    end: End,
    /// The transfer before, if it orders a payment or undoes an order.
    order: Option<Order>,
}

/// What both legs of an order, or of what undoes it, have in common.
#[derive(PartialEq, Eq)]
struct Order {
    kind: TransferKind,
    amount_minor: i64,
    request: (NodeKind, Uuid),
    programme: Option<ProgrammeId>,
    audit_event: AuditEventId,
}

impl Replay<'_> {
    /// Goes on to the next transfer; answers what is wrong with it.
    fn next(&mut self, transfer: &transfer::Model, links: &Links, books: &mut Books) -> Vec<String> {
        let mut wrong = Vec::new();
        self.chain(transfer, &mut wrong);
        links.check(transfer, &mut wrong);
        if let Some(sides) = books.sides(transfer) {
            books.add(sides, transfer);
            if let Some((debit, credit)) = books.both(sides) {
                check_way(transfer, &debit.stored, &credit.stored, &mut wrong);
                links.check_subject(transfer, &debit.stored, &credit.stored, &mut wrong);
                self.check_legs(transfer, &debit.stored, &mut wrong);
                if debit.balance() != transfer.debit_balance_minor {
                    wrong.push("its debited balance does not follow from the transfers before".to_owned());
                }
                if credit.balance() != transfer.credit_balance_minor {
                    wrong.push("its credited balance does not follow from the transfers before".to_owned());
                }
                if debit.stored.kind != AccountKind::Source && debit.balance() < 0 {
                    wrong.push(format!("it overdrew account {}", debit.stored.id));
                }
            }
        } else {
            let both = [transfer.debit_account_id, transfer.credit_account_id];
            let missing = both
                .into_iter()
                .filter(|id| books.find_account(self.fund.id, *id).is_none());
            wrong.extend(missing.map(|id: AccountId| format!("account {id} is not in the fund")));
            self.order = None;
        }
        wrong
    }

    fn chain(&mut self, transfer: &transfer::Model, wrong: &mut Vec<String>) {
        let mut fault = |what: &str| wrong.push(what.to_owned());
        if transfer.seq != self.end.seq + 1 {
            fault("a transfer before this one is missing");
        }
        if transfer.previous_hash != self.end.hash {
            fault("it does not continue the hash of the one before");
        }
        if transfer.recorded_at < self.end.recorded_at {
            fault("it was recorded before the one before");
        }
        if transfer.hash != hash::of(transfer) {
            fault("it was altered: its hash is not that of its fields");
        }
        self.end = End {
            seq: transfer.seq,
            hash: transfer.hash.clone(),
            recorded_at: transfer.recorded_at,
        };
    }

    /// An order takes commitment authority first, and then, where the fund enforces them, as much of the payment
    /// credits of the same programme. What undoes it gives both back.
    fn check_legs(&mut self, transfer: &transfer::Model, debit: &account::Model, wrong: &mut Vec<String>) {
        let leg = matches!(transfer.kind, TransferKind::Order | TransferKind::Reject).then(|| Order {
            kind: transfer.kind,
            amount_minor: transfer.amount_minor,
            request: (transfer.subject_kind, transfer.subject_id),
            programme: debit.programme_id,
            audit_event: transfer.audit_event_id,
        });
        let before = self.order.take();
        match debit.book {
            Book::Ae => self.order = leg,
            Book::Cp if leg.is_some() && leg != before => {
                wrong.push("it is not right after a transfer of commitment authority for the same payment".to_owned());
            }
            Book::Cp => {}
        }
    }
}

fn check_way(transfer: &transfer::Model, debit: &account::Model, credit: &account::Model, wrong: &mut Vec<String>) {
    if !chart::joins(transfer.kind, debit, credit) || transfer.amount_minor <= 0 {
        wrong.push(format!(
            "the chart of accounts does not permit {} of {} from account {} ({}) to account {} ({})",
            transfer.kind, transfer.amount_minor, debit.id, debit.kind, credit.id, credit.kind
        ));
    }
}

/// Compares the end of a journal with what is recorded of it.
pub(super) async fn check_head(check: &mut Check<'_>, fund: &fund::Model, end: &End) -> Result<()> {
    let place = format!("{} ledger_head", fund.code);
    let head = ledger_head::Entity::find_by_id(fund.id).order_by_asc(ledger_head::Column::FundId);
    let Some(head) = rows::all(check, head).await?.pop() else {
        check.fault(place, "it is missing");
        return Ok(());
    };
    if head.seq != end.seq {
        let what = format!(
            "the end of the journal is missing or was added: it is transfer {}, and was transfer {}",
            end.seq, head.seq
        );
        check.fault(place, what);
    } else if head.hash != end.hash {
        check.fault(place, format!("its hash is not that of transfer {}", end.seq));
    } else if head.recorded_at != end.recorded_at {
        check.fault(place, format!("its instant is not that of transfer {}", end.seq));
    }
    Ok(())
}

/// No transfer and no end of a journal is outside of every fund.
pub(super) async fn check_strays(check: &mut Check<'_>, scope: Scope) -> Result<()> {
    let Scope::Whole = scope else { return Ok(()) };
    let funds = Query::select().column(fund::Column::Id).from(fund::Entity).to_owned();
    let stray = Expr::col(ledger_head::Column::FundId).not_in_subquery(funds.clone());
    let heads = ledger_head::Entity::find()
        .filter(stray)
        .order_by_asc(ledger_head::Column::FundId);
    for head in rows::batch(check, heads).await?.rows {
        check.fault(format_args!("ledger_head of {}", head.fund_id), "there is no such fund");
    }
    let stray = Expr::col(transfer::Column::FundId).not_in_subquery(funds);
    let strays = transfers(scope).filter(stray).order_by_asc(transfer::Column::Id);
    for transfer in rows::batch(check, strays).await?.rows {
        let place = format!("transfer {} of fund {}", transfer.seq, transfer.fund_id);
        check.fault(place, "there is no such fund");
    }
    Ok(())
}
