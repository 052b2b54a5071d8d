//! Correcting a budget operation: a new transfer that names the one it undoes.

use entity::value::{Book, FundId, NodeKind, TransferId};
use entity::{account, transfer};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;

use super::credits::check_year_takes_orders;
use super::order::load_to_move;
use crate::error::{Code, Reasons, Refusal};
use crate::fund::ledger::{self, Cause, Journal, Key, Movement, chart, journal};
use crate::fund::lifecycle::Event;
use crate::fund::{policy, rules};
use crate::money::Money;
use crate::work::{Idempotency, Subject};
use crate::{Command, Database, Error, Result, Work};

/// Undoes a budget operation, in whole and once: the envelope opened or cut, budget or payment credits allocated, taken
/// back or moved. What awards and payments do is undone by their own acts.
#[derive(Clone, Debug, Serialize)]
pub struct ReverseTransfer {
    /// The transfer to undo.
    pub transfer_id: TransferId,
    /// Why.
    pub reason: String,
    /// Reference of the document that decides it.
    pub document: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for ReverseTransfer {
    type Output = FundId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("reverseTransfer", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_transfer(db, self.transfer_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<FundId> {
        let select = transfer::Entity::find_by_id(self.transfer_id);
        let original = select.one(work.txn()).await?.ok_or(Error::NotFound)?;
        if !policy::may_move_money(&work.actor, original.fund_id) {
            return Err(if policy::may_read_journal(&work.actor, original.fund_id) {
                work.actor.denied()
            } else {
                Error::NotFound
            });
        }
        let fund = load_to_move(work, original.fund_id).await?;
        work.journal_end(fund.id).await?;
        let mut reasons = Reasons::none();
        reasons.keep(Event::Spend.apply(fund.status));
        let inverse = chart::inverse(original.kind).filter(|_| original.reverses_id.is_none());
        reasons.require(inverse.is_some(), || not_reversible(&original));
        reasons.require(!is_reversed(work, original.id).await?, already_reversed);
        let reason = reasons.text("reason", &self.reason, 500);
        let document = reasons.text("document", &self.document, 200);
        let (debit, credit) = (side(work, &original, true).await?, side(work, &original, false).await?);
        if debit.book == Book::Cp {
            let amount = Money::new(original.amount_minor, rules::known_currency(&fund)?);
            match check_year_takes_orders(work, fund.id, debit.fiscal_year, amount).await {
                Err(Error::Refused(refusals)) => {
                    for refusal in refusals {
                        reasons.push(refusal);
                    }
                }
                other => other?,
            }
        }
        reasons.finish()?;
        let journal = Journal::of(work, &fund)?;
        let subject = Subject::new(NodeKind::Fund, fund.id);
        let audit_event = work
            .record("fund.reverse_transfer", subject, Some(&fund), &fund)
            .await?;
        let cause = Cause {
            audit_event,
            subject,
            reason,
            document: Some(document),
            effective_on: journal.today,
        };
        let movement = Movement {
            kind: inverse.unwrap_or(original.kind),
            debit: Key::from(&credit),
            credit: Key::from(&debit),
            amount_minor: original.amount_minor,
            reverses: Some(original.id),
        };
        ledger::post(work, journal, &cause, &[movement]).await?;
        Ok(fund.id)
    }
}

async fn side(work: &Work, transfer: &transfer::Model, debit: bool) -> Result<account::Model> {
    let id = if debit {
        transfer.debit_account_id
    } else {
        transfer.credit_account_id
    };
    let found = account::Entity::find_by_id(id).one(work.txn()).await?;
    found.ok_or_else(|| Error::internal("a transfer has no account"))
}

async fn is_reversed(work: &Work, id: TransferId) -> Result<bool> {
    let by = transfer::Entity::find().filter(transfer::Column::ReversesId.eq(id));
    Ok(by.one(work.txn()).await?.is_some())
}

fn already_reversed() -> Refusal {
    Refusal::new(
        Code::InvalidState,
        "This transfer was reversed already.",
        "Ce mouvement a déjà été annulé.",
    )
    .at("transferId")
}

fn not_reversible(transfer: &transfer::Model) -> Refusal {
    let kind = transfer.kind;
    Refusal::new(
        Code::InvalidState,
        format!("A transfer {kind} is not reversed by hand, nor is a reversal: use the operation that undoes it."),
        format!("Un mouvement {kind}, ou une annulation, ne s'annule pas à la main : utilisez l'opération inverse."),
    )
    .at("transferId")
    .with("kind", kind.as_str())
}
