//! What the contract says of the ledger wherever it shows some of it: the closed lists of its journal and its accounts,
//! and the transfers that a mutation tells of.

use async_graphql::{Enum, ID, SimpleObject};
use domain::fund::ledger;
use domain::money::Currency;

use super::error::{Error, Result};
use super::id;
use super::scalar::Money;

/// What a transfer does. Every transfer takes one amount from one account and adds it to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::TransferKind")]
pub enum TransferKind {
    /// Money is voted: from the source into the envelope, or, for payment credits, into a programme.
    Open,
    /// Voted money is cut: back to the source.
    Reduce,
    /// Budget is handed down: from the envelope to a programme, or from a programme to a call.
    Allocate,
    /// Budget is taken back: from a programme to the envelope, or from a call to its programme.
    Deallocate,
    /// Budget or payment credits move sideways: from programme to programme, or from call to call.
    Redeploy,
    /// Payment credits that were not consumed go to the next fiscal year.
    CarryOver,
    /// A decision is adopted: its amount is set aside on the budget of the call.
    Reserve,
    /// A reservation is given back to the call: the award was never signed.
    Release,
    /// An agreement is signed: what was reserved is committed.
    Commit,
    /// A commitment that will not be spent is given up: to the call, or nowhere, by the policy of the fund.
    Decommit,
    /// A payment is ordered from the bank; in the book of payment credits, it consumes as much.
    Order,
    /// The bank has paid.
    Pay,
    /// The bank has returned a payment: its order is undone, in both books.
    Reject,
    /// Money that was paid is claimed back.
    RecoveryIssued,
    /// Money that was claimed back came in.
    RecoveryReceived,
    /// A claim is given up: the money counts as paid again.
    RecoveryCancelled,
    /// Money that was recovered is given back to the call, where the policy of the fund allows it.
    Reinstate,
}

/// What the money in an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::AccountKind")]
pub enum AccountKind {
    /// Where voted money comes from. The only account that goes below zero: by what was voted.
    Source,
    /// Voted for a fund, not handed down to a programme yet.
    Envelope,
    /// Allocated to a programme and not handed down to a call; in the book of payment credits, not consumed yet.
    Programme,
    /// Allocated to a call and promised to nobody.
    Call,
    /// Promised by a decision whose agreement is not signed.
    Reserved,
    /// Committed by a signed agreement, and not ordered yet.
    Award,
    /// Ordered from the bank, which has not answered yet.
    Ordered,
    /// Paid, as the bank confirmed, and not claimed back.
    Paid,
    /// Paid wrongly and claimed back, not received yet.
    Recoverable,
    /// Paid wrongly and received back.
    Recovered,
    /// Committed once, decommitted, and lost to the call.
    Lapsed,
    /// Payment credits that orders have used. In the book of payment credits only.
    Consumed,
}

/// What an account caps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::Book")]
pub enum Book {
    /// Commitment authority (in France, *autorisations d'engagement*): what may be committed, whatever the year.
    Ae,
    /// Payment credits (in France, *crédits de paiement*): what may be ordered in one fiscal year.
    Cp,
}

/// A transfer that a mutation has made, or in a preview would make: what moves, and what is left afterwards on either
/// side.
#[derive(Clone, Debug, SimpleObject)]
pub struct Posting {
    /// Global identifier of the transfer, by which `node` finds it and `reverseTransfer` undoes it. Null in a preview,
    /// and in a repeat of an answer from before transfers were named.
    transfer_id: Option<ID>,
    /// What it does.
    kind: TransferKind,
    /// How much.
    amount: Money,
    /// The account that the money leaves.
    debit: PostingSide,
    /// The account that the money enters.
    credit: PostingSide,
}

/// One of the two accounts of a transfer.
#[derive(Clone, Debug, SimpleObject)]
pub struct PostingSide {
    /// What the account caps: commitments, or the orders of a fiscal year.
    book: Book,
    /// What the money in it is.
    account_kind: AccountKind,
    /// Global identifier of the fund, the programme, the call or the award that it belongs to. In a preview, an award
    /// that the mutation would make has one that nothing has.
    owner: ID,
    /// The fiscal year of payment credits, as 2026; null in the book of commitment authority.
    fiscal_year: Option<i32>,
    /// What the account holds right after the transfer.
    balance: Money,
}

impl Posting {
    /// A transfer, as a command tells of it, or a preview of one.
    pub(crate) fn new(posting: &ledger::Posting, preview: bool) -> Result<Self> {
        let currency = Currency::from_code(&posting.currency)
            .ok_or_else(|| Error::internal("a transfer in an unknown currency"))?;
        Ok(Self {
            transfer_id: posting.transfer_id.filter(|_| !preview).map(id::of),
            kind: posting.kind.into(),
            amount: domain::Money::new(posting.amount_minor, currency).into(),
            debit: PostingSide::new(&posting.debit, currency),
            credit: PostingSide::new(&posting.credit, currency),
        })
    }
}

impl PostingSide {
    fn new(side: &ledger::Side, currency: Currency) -> Self {
        Self {
            book: side.book.into(),
            account_kind: side.kind.into(),
            owner: id::encode(side.owner_kind, side.owner_id),
            fiscal_year: Some(side.fiscal_year).filter(|year| *year != 0),
            balance: domain::Money::new(side.balance_minor, currency).into(),
        }
    }
}
