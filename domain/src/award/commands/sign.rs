//! Signing the agreement: the legal commitment.

use entity::value::{
    AccountKind, AgreementId, ApplicationStatus, AwardId, DecisionStatus, FundId, InstalmentId, InstalmentStatus,
    NodeKind, TransferKind,
};
use entity::{agreement, decision, instalment};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde::Serialize;
use time::Date;

use super::{Because, Grant, award_subject, instalment_subject, load};
use crate::award::lifecycle::AwardEvent;
use crate::award::policy;
use crate::award::rules::{NewInstalment, check_schedule};
use crate::error::{Code, Reasons, Refusal};
use crate::fund::ledger::journal;
use crate::fund::lifecycle::Event;
use crate::work::{Idempotency, Subject};
use crate::{Command, Database, Error, Result, Work};

/// Records the agreement of an award, signed by both sides, with its schedule. The reservation becomes a commitment
/// (engagement juridique).
#[derive(Clone, Debug, Serialize)]
pub struct SignAgreement {
    /// The award.
    pub award_id: AwardId,
    /// The agreement's number, unique.
    pub number: String,
    /// When the beneficiary signed.
    pub signed_by_beneficiary_on: Date,
    /// When the funder signed.
    pub signed_by_funder_on: Date,
    /// The schedule; it adds up to the award.
    pub instalments: Vec<NewInstalment>,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for SignAgreement {
    type Output = AwardId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("signAgreement", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_award(db, self.award_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<AwardId> {
        let recorded_by = work.actor.require_user()?;
        let grant = load(work, self.award_id).await?;
        if !policy::may_follow(&work.actor, grant.place(), &grant.organisations) {
            return Err(work.actor.denied());
        }
        let (number, amounts) = self.check(work, &grant).await?;
        let agreement = agreement::ActiveModel {
            id: Set(AgreementId::new()),
            award_id: Set(grant.award.id),
            version: Set(1),
            number: Set(number.clone()),
            signed_by_beneficiary_on: Set(self.signed_by_beneficiary_on),
            signed_by_funder_on: Set(self.signed_by_funder_on),
            recorded_by: Set(recorded_by),
            recorded_at: Set(work.now),
        };
        let agreement = agreement
            .insert(work.txn())
            .await
            .map_err(|error| Error::or_duplicate(error, taken))?;
        work.record(
            "agreement.sign",
            Subject::new(NodeKind::Agreement, agreement.id),
            None,
            &agreement,
        )
        .await?;
        self.schedule(work, &grant, &amounts).await?;
        self.commit(work, &grant, number).await?;
        Ok(grant.award.id)
    }
}

impl SignAgreement {
    async fn check(&self, work: &Work, grant: &Grant) -> Result<(String, Vec<i64>)> {
        let mut reasons = Reasons::none();
        reasons.keep(Event::Spend.apply(grant.fund.status));
        reasons.keep(AwardEvent::Sign.apply(grant.award.status));
        let decision = decision::Entity::find_by_id(grant.award.decision_id)
            .one(work.txn())
            .await?;
        let status = decision.ok_or(Error::NotFound)?.status;
        reasons.require(status == DecisionStatus::Notified, || {
            Refusal::state("a decision", "une décision", status.as_str(), "SIGN_AGREEMENT")
        });
        let application = grant.application.status;
        reasons.require(application != ApplicationStatus::Withdrawn, || {
            Refusal::state("an application", "un dossier", application.as_str(), "SIGN_AGREEMENT")
        });
        let number = reasons.text("number", &self.number, 60);
        let today = grant.journal.today;
        for (path, signed_on) in [
            ("signedByBeneficiaryOn", self.signed_by_beneficiary_on),
            ("signedByFunderOn", self.signed_by_funder_on),
        ] {
            reasons.require(signed_on <= today, || {
                Refusal::invalid(
                    path,
                    "The signature is in the future.",
                    "La signature est dans le futur.",
                )
            });
        }
        let amounts = check_schedule(
            &self.instalments,
            grant.award.amount_minor,
            grant.journal.currency,
            &mut reasons,
        );
        reasons.finish()?;
        Ok((number, amounts))
    }

    async fn schedule(&self, work: &mut Work, grant: &Grant, amounts: &[i64]) -> Result<()> {
        for ((number, new), amount_minor) in (1..).zip(&self.instalments).zip(amounts) {
            let instalment = instalment::ActiveModel {
                id: Set(InstalmentId::new()),
                award_id: Set(grant.award.id),
                number: Set(number),
                kind: Set(new.kind),
                amount_minor: Set(*amount_minor),
                condition: Set(new.condition.trim().to_owned()),
                due_on: Set(new.due_on),
                status: Set(InstalmentStatus::Scheduled),
            };
            let instalment = instalment.insert(work.txn()).await?;
            work.record(
                "instalment.schedule",
                instalment_subject(instalment.id),
                None,
                &instalment,
            )
            .await?;
        }
        Ok(())
    }

    async fn commit(&self, work: &mut Work, grant: &Grant, number: String) -> Result<()> {
        let award = &grant.award;
        let mut change = award.clone().into_active_model();
        change.status = Set(AwardEvent::Sign.apply(award.status)?);
        let after = change.update(work.txn()).await?;
        let audit_event = work
            .record("award.commit", award_subject(award.id), Some(award), &after)
            .await?;
        let because = Because {
            audit_event,
            subject: award_subject(award.id),
            reason: format!("Agreement {number} signed"),
            document: Some(number),
        };
        let movement = grant.movement(
            TransferKind::Commit,
            AccountKind::Reserved,
            AccountKind::Award,
            award.amount_minor,
        );
        grant.post(work, because, &[movement]).await
    }
}

fn taken() -> Refusal {
    Refusal::new(
        Code::AlreadyExists,
        "Another agreement has this number.",
        "Une autre convention porte ce numéro.",
    )
    .at("number")
}
