//! Global identifiers: opaque to clients, typed to us.
//!
//! An identifier is one byte for the kind of object and the sixteen of its UUID, in base64url. What is not one, or is
//! one of another kind, answers exactly as the identifier of something that does not exist.

use async_graphql::ID;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use entity::value::{
    AccountId, AgreementId, ApplicationId, AssessmentId, AwardId, CallId, CriterionId, DecisionId, FiscalYearId,
    FundId, InstalmentId, LotId, MembershipId, NodeKind, OrganisationId, PaymentRequestId, ProgrammeId, RecoveryId,
    RoleGrantId, SubmissionId, TransferId, UserId,
};
use uuid::Uuid;

use super::error::{Error, Result};

/// An identifier of one kind of object.
pub trait NodeId: Copy + Into<Uuid> {
    /// The kind of object it identifies.
    const KIND: NodeKind;

    /// The identifier with this UUID.
    fn from_uuid(uuid: Uuid) -> Self;
}

/// Declares which identifier belongs to which kind.
macro_rules! node_ids {
    ($($id:ident => $kind:ident,)+) => {$(
        impl NodeId for $id {
            const KIND: NodeKind = NodeKind::$kind;

            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
    )+};
}

node_ids! {
    UserId => User,
    RoleGrantId => RoleGrant,
    OrganisationId => Organisation,
    MembershipId => Membership,
    FundId => Fund,
    ProgrammeId => Programme,
    CallId => Call,
    LotId => Lot,
    CriterionId => Criterion,
    ApplicationId => Application,
    SubmissionId => Submission,
    AssessmentId => Assessment,
    DecisionId => Decision,
    AwardId => Award,
    AgreementId => Agreement,
    InstalmentId => Instalment,
    PaymentRequestId => PaymentRequest,
    TransferId => Transfer,
    RecoveryId => Recovery,
    FiscalYearId => FiscalYear,
    AccountId => Account,
}

/// The byte that stands for a kind. Clients keep identifiers, so a byte never changes and is never used again.
const fn byte(kind: NodeKind) -> u8 {
    match kind {
        NodeKind::User => 1,
        NodeKind::RoleGrant => 2,
        NodeKind::Organisation => 3,
        NodeKind::Membership => 4,
        NodeKind::Fund => 5,
        NodeKind::Programme => 6,
        NodeKind::Call => 7,
        NodeKind::Lot => 8,
        NodeKind::Criterion => 9,
        NodeKind::Application => 10,
        NodeKind::Submission => 11,
        NodeKind::Assessment => 12,
        NodeKind::Decision => 13,
        NodeKind::Award => 14,
        NodeKind::Agreement => 15,
        NodeKind::Instalment => 16,
        NodeKind::PaymentRequest => 17,
        NodeKind::Transfer => 18,
        NodeKind::Recovery => 19,
        NodeKind::FiscalYear => 20,
        NodeKind::Account => 21,
    }
}

/// The global identifier of an object.
#[must_use]
pub fn encode(kind: NodeKind, uuid: Uuid) -> ID {
    let mut bytes = [0_u8; 17];
    let (first, rest) = bytes.split_at_mut(1);
    first.copy_from_slice(&[byte(kind)]);
    rest.copy_from_slice(uuid.as_bytes());
    ID(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The kind and UUID in a global identifier, if it is one.
#[must_use]
pub fn decode(id: &ID) -> Option<(NodeKind, Uuid)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(id.as_str()).ok()?;
    let (first, rest) = bytes.split_first()?;
    let kind = NodeKind::ALL.iter().copied().find(|kind| byte(*kind) == *first)?;
    Some((kind, Uuid::from_slice(rest).ok()?))
}

/// The global identifier of a typed one.
#[must_use]
pub fn of<I: NodeId>(id: I) -> ID {
    encode(I::KIND, id.into())
}

/// The typed identifier in a global one; `NOT_FOUND` if it is of another kind, or none at all.
pub fn parse<I: NodeId>(id: &ID) -> Result<I> {
    decode(id)
        .filter(|(kind, _)| *kind == I::KIND)
        .map(|(_, uuid)| I::from_uuid(uuid))
        .ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_identifier_comes_back_as_it_went() {
        let uuid = Uuid::now_v7();
        let mut seen = HashSet::new();
        for kind in NodeKind::ALL {
            let id = encode(*kind, uuid);
            assert_eq!(decode(&id), Some((*kind, uuid)));
            assert!(seen.insert(id), "{kind} shares its byte");
        }
    }

    #[test]
    fn an_identifier_of_another_kind_is_not_found() {
        let fund = FundId::new();
        assert_eq!(parse::<FundId>(&of(fund)).ok(), Some(fund));
        assert!(matches!(parse::<CallId>(&of(fund)), Err(Error::NotFound)));
    }

    #[test]
    fn garbage_is_not_found() {
        let good = of(FundId::new()).0;
        let unknown_kind = BASE64_URL_SAFE_NO_PAD.encode([0_u8; 17]);
        for garbage in [
            "",
            "1",
            "é",
            &unknown_kind,
            &format!("{good}="),
            &format!("{good}A"),
            &good[1..],
            &good[..22],
        ] {
            assert_eq!(decode(&ID(garbage.to_owned())), None, "{garbage}");
        }
    }
}
