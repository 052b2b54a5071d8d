//! The hash chain: each transfer's hash covers all of its fields and the hash before it.

use entity::transfer;
use sha2::{Digest, Sha256};

/// What the first transfer of a fund names as the hash before it.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The SHA-256 that a transfer must carry, in hexadecimal.
///
/// Fields are written in the order of the table, each with its length before it, so that no two transfers share a
/// text.
#[must_use]
pub fn of(transfer: &transfer::Model) -> String {
    let optional = |value: Option<String>| value.map_or_else(|| "-".to_owned(), |text| format!("+{text}"));
    let fields = [
        transfer.id.to_string(),
        transfer.fund_id.to_string(),
        transfer.seq.to_string(),
        transfer.kind.to_string(),
        transfer.debit_account_id.to_string(),
        transfer.credit_account_id.to_string(),
        transfer.amount_minor.to_string(),
        transfer.debit_balance_minor.to_string(),
        transfer.credit_balance_minor.to_string(),
        transfer.effective_on.to_string(),
        transfer.recorded_at.0.to_string(),
        optional(transfer.actor_id.map(|id| id.to_string())),
        transfer.reason.clone(),
        optional(transfer.document.clone()),
        transfer.subject_kind.to_string(),
        transfer.subject_id.to_string(),
        optional(transfer.idempotency_key.clone()),
        optional(transfer.reverses_id.map(|id| id.to_string())),
        transfer.audit_event_id.to_string(),
        transfer.previous_hash.clone(),
    ];
    let mut digest = Sha256::new();
    for field in fields {
        digest.update(field.len().to_string());
        digest.update(":");
        digest.update(field);
    }
    hex::encode(digest.finalize())
}

#[cfg(test)]
mod tests {
    use entity::value::{AccountId, AuditEventId, FundId, Instant, NodeKind, TransferId, TransferKind};
    use time::macros::date;
    use uuid::Uuid;

    use super::*;

    fn transfer() -> transfer::Model {
        transfer::Model {
            id: TransferId(Uuid::from_u128(1)),
            fund_id: FundId(Uuid::from_u128(2)),
            seq: 1,
            kind: TransferKind::Open,
            debit_account_id: AccountId(Uuid::from_u128(3)),
            credit_account_id: AccountId(Uuid::from_u128(4)),
            amount_minor: 100,
            debit_balance_minor: -100,
            credit_balance_minor: 100,
            effective_on: date!(2018 - 01 - 01),
            recorded_at: Instant(0),
            actor_id: None,
            reason: "vote".into(),
            document: None,
            subject_kind: NodeKind::Fund,
            subject_id: Uuid::from_u128(2),
            idempotency_key: None,
            reverses_id: None,
            audit_event_id: AuditEventId(Uuid::from_u128(5)),
            previous_hash: GENESIS.into(),
            hash: String::new(),
        }
    }

    #[test]
    fn the_hash_of_a_transfer_never_changes_between_releases() {
        assert_eq!(
            of(&transfer()),
            "f8045cd18203e3bf7bfed792329925ed32ad4d3031a3c88e99609d1bb62ebe88"
        );
    }

    #[test]
    fn the_hash_changes_with_any_field_and_tells_absence_from_emptiness() {
        let base = transfer();
        let changed = [
            transfer::Model { seq: 2, ..base.clone() },
            transfer::Model {
                kind: TransferKind::Reduce,
                ..base.clone()
            },
            transfer::Model {
                amount_minor: 101,
                ..base.clone()
            },
            transfer::Model {
                credit_balance_minor: 101,
                ..base.clone()
            },
            transfer::Model {
                effective_on: date!(2018 - 01 - 02),
                ..base.clone()
            },
            transfer::Model {
                recorded_at: Instant(1),
                ..base.clone()
            },
            transfer::Model {
                reason: "vot".into(),
                ..base.clone()
            },
            transfer::Model {
                document: Some(String::new()),
                ..base.clone()
            },
            transfer::Model {
                reverses_id: Some(base.id),
                ..base.clone()
            },
            transfer::Model {
                previous_hash: "1".into(),
                ..base.clone()
            },
        ];
        let mut hashes: Vec<_> = changed.iter().chain([&base]).map(of).collect();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), changed.len() + 1);
    }
}
