//! Payment requests and recoveries: each has the transfers of its state, of its amount, and no other.

use std::collections::HashMap;

use entity::value::{PaymentRequestStatus, RecoveryStatus, TransferKind};
use entity::{payment_request, recovery, transfer};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::awards::File;
use crate::Result;
use crate::fund::ledger::verify::{Books, Check, rows};

/// Identifiers named at once.
const CHUNK: usize = 1_000;

/// What the ledger says of an object: the kinds of its transfers, in their order, and their amounts.
#[derive(Default)]
struct Told {
    commitment: Vec<TransferKind>,
    credits: Vec<TransferKind>,
    amounts: Vec<i64>,
}

/// Checks the payment requests and the recoveries of some awards. That the transfers about them are about one that
/// exists, of the right award, the replay has found.
pub(super) async fn check(check: &mut Check<'_>, books: &Books, files: impl Iterator<Item = &File>) -> Result<()> {
    let (mut requests, mut recoveries) = (Vec::new(), Vec::new());
    for file in files {
        requests.extend(&file.requests);
        recoveries.extend(&file.recoveries);
    }
    for part in requests.chunks(CHUNK) {
        let mut told = told(check, books, part.iter().map(|request| request.id.0)).await?;
        for request in part {
            let told = told.remove(&request.id.0).unwrap_or_default();
            if !is_paid_as_told(request, &told) || !told.is_of(request.amount_minor) {
                let what = format!(
                    "it is {} for {}, {}",
                    request.status,
                    request.amount_minor,
                    told.in_words()
                );
                check.fault(format_args!("PAYMENT_REQUEST {}", request.id), what);
            }
        }
    }
    for part in recoveries.chunks(CHUNK) {
        let mut told = told(check, books, part.iter().map(|recovery| recovery.id.0)).await?;
        for recovery in part {
            let told = told.remove(&recovery.id.0).unwrap_or_default();
            if !is_recovered_as_told(recovery, &told) || !told.is_of(recovery.amount_minor) {
                let what = format!(
                    "it is {} for {}, {}",
                    recovery.status,
                    recovery.amount_minor,
                    told.in_words()
                );
                check.fault(format_args!("RECOVERY {}", recovery.id), what);
            }
        }
    }
    Ok(())
}

impl Told {
    fn is_of(&self, amount_minor: i64) -> bool {
        self.amounts.iter().all(|amount| *amount == amount_minor)
    }

    fn in_words(&self) -> String {
        let words = |kinds: &[TransferKind]| kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        let credits = if self.credits.is_empty() {
            String::new()
        } else {
            format!(", and of payment credits {}", words(&self.credits))
        };
        format!(
            "and its transfers are [{}]{credits}, of {:?}",
            words(&self.commitment),
            self.amounts
        )
    }
}

async fn told(check: &mut Check<'_>, books: &Books, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Told>> {
    let about = transfer::Entity::find()
        .filter(transfer::Column::SubjectId.is_in(ids))
        .order_by_asc(transfer::Column::Seq);
    let mut told: HashMap<Uuid, Told> = HashMap::new();
    for transfer in rows::all(check, about).await? {
        let own = told.entry(transfer.subject_id).or_default();
        own.amounts.push(transfer.amount_minor);
        if books.is_credits(transfer.debit_account_id) {
            own.credits.push(transfer.kind);
        } else {
            own.commitment.push(transfer.kind);
        }
    }
    Ok(told)
}

/// Whether a request has the transfers of its state. Where the fund enforces payment credits, whatever orders the money
/// or gives it back has a second leg.
fn is_paid_as_told(request: &payment_request::Model, told: &Told) -> bool {
    use PaymentRequestStatus::{Approved, Certified, ChangesRequested, Draft, Ordered, Paid, Rejected, Submitted};
    use TransferKind::{Order, Pay, Reject};
    let (commitment, credits): (&[TransferKind], &[TransferKind]) = match request.status {
        Ordered => (&[Order], &[Order]),
        Paid => (&[Order, Pay], &[Order]),
        Rejected if request.ordered_at.is_some() => (&[Order, Reject], &[Order, Reject]),
        Draft | Submitted | ChangesRequested | Certified | Approved | Rejected => (&[], &[]),
    };
    told.commitment == commitment && (told.credits.is_empty() || told.credits == credits)
}

/// Whether a recovery has the transfers of its state.
fn is_recovered_as_told(recovery: &recovery::Model, told: &Told) -> bool {
    use RecoveryStatus::{Cancelled, Issued, Received};
    use TransferKind::{RecoveryCancelled, RecoveryIssued, RecoveryReceived, Reinstate};
    let kinds: &[TransferKind] = match (recovery.status, recovery.reinstated_at) {
        (Issued, None) => &[RecoveryIssued],
        (Received, None) => &[RecoveryIssued, RecoveryReceived],
        (Received, Some(_)) => &[RecoveryIssued, RecoveryReceived, Reinstate],
        (Cancelled, None) => &[RecoveryIssued, RecoveryCancelled],
        (Issued | Cancelled, Some(_)) => return false,
    };
    told.commitment == kinds && told.credits.is_empty()
}
