//! From the decision to the first payment: agreements signed, advances claimed, certified, approved, ordered and paid.

use std::collections::HashMap;

use domain::award::commands::{
    ApprovePayment, CertifyPayment, ConfirmPayment, OrderPayment, RequestPayment, SignAgreement,
};
use domain::award::queries;
use domain::award::rules::NewInstalment;
use domain::{Actor, Error, Result};
use entity::award;
use entity::value::{ApplicationId, AwardId, InstalmentKind, PaymentRequestId};
use time::macros::datetime;
use time::{Date, Duration};

use crate::demo::people::Team;
use crate::demo::round::Filed;
use crate::demo::split::instalments;
use crate::demo::stage::{Stage, eur, spread};

/// An award whose agreement is signed, with who acts for the beneficiary.
pub(super) struct Agreement {
    award_id: AwardId,
    owner: Actor,
}

/// Signs the agreements, over two months.
pub(super) async fn sign(stage: &mut Stage, team: &Team, laureates: &[Filed]) -> Result<Vec<Agreement>> {
    let applications: Vec<ApplicationId> = laureates.iter().map(|filed| filed.id).collect();
    let awards = queries::awards_of(stage.database(), &team.manager, &applications).await?;
    let mut awards: HashMap<_, _> = awards.into_iter().map(|award| (award.application_id, award)).collect();
    stage.scene(datetime!(2018-12-03 10:00 +1), "FTAP-2018-2: agreements");
    let days = spread(
        datetime!(2018-12-03 10:00 +1),
        datetime!(2019-02-04 10:00 +1),
        laureates.len(),
    );
    let mut agreements = Vec::with_capacity(laureates.len());
    for ((number, at), filed) in (1..).zip(days).zip(laureates) {
        stage.at(at);
        let award = awards
            .remove(&filed.id)
            .ok_or_else(|| Error::internal("a laureate has no award"))?;
        let command = agreement(&award, number, at.date(), stage.key());
        let award_id = stage.run(&team.manager, &command).await?;
        let owner = filed.owner.clone();
        agreements.push(Agreement { award_id, owner });
    }
    Ok(agreements)
}

fn agreement(award: &award::Model, number: u32, signed_on: Date, idempotency_key: String) -> SignAgreement {
    let [advance, interim, balance] = instalments(award.amount_minor);
    let instalment = |kind, minor, condition: &str, days| NewInstalment {
        kind,
        amount: eur(minor),
        condition: condition.to_owned(),
        due_on: signed_on.saturating_add(Duration::days(days)),
    };
    SignAgreement {
        award_id: award.id,
        number: format!("DEMO-FTAP-2018-2-{number:02}"),
        signed_by_beneficiary_on: signed_on.saturating_sub(Duration::days(4)),
        signed_by_funder_on: signed_on,
        instalments: vec![
            instalment(InstalmentKind::Advance, advance, "Signature de la convention", 60),
            instalment(InstalmentKind::Interim, interim, "Dépenses justifiées", 420),
            instalment(InstalmentKind::Balance, balance, "Achèvement du projet", 900),
        ],
        idempotency_key,
    }
}

/// Pays the first instalment of each agreement: claimed by the beneficiary, certified by the manager, approved by one
/// finance officer, ordered and confirmed by another.
pub(super) async fn advance(stage: &mut Stage, team: &Team, agreements: &[Agreement]) -> Result<()> {
    stage.scene(datetime!(2019-02-11 10:00 +1), "FTAP-2018-2: first instalments");
    let mut requests = Vec::with_capacity(agreements.len());
    let days = spread(
        datetime!(2019-02-11 10:00 +1),
        datetime!(2019-03-11 10:00 +1),
        agreements.len(),
    );
    for (at, agreement) in days.zip(agreements) {
        stage.at(at);
        requests.push(claim(stage, agreement).await?);
    }
    stage.at(datetime!(2019-03-18 10:00 +1));
    for payment_request_id in requests.iter().copied() {
        stage.run(&team.manager, &CertifyPayment { payment_request_id }).await?;
    }
    stage.at(datetime!(2019-03-25 10:00 +1));
    for payment_request_id in requests.iter().copied() {
        stage.run(&team.finance, &ApprovePayment { payment_request_id }).await?;
    }
    stage.at(datetime!(2019-04-01 10:00 +2));
    for payment_request_id in requests.iter().copied() {
        let idempotency_key = stage.key();
        let command = OrderPayment {
            payment_request_id,
            idempotency_key,
        };
        stage.run(&team.treasurer, &command).await?;
    }
    stage.at(datetime!(2019-04-04 10:00 +2));
    for (number, payment_request_id) in (1..).zip(requests) {
        let command = ConfirmPayment {
            payment_request_id,
            reference: format!("DEMO-BANK-{number:04}"),
            idempotency_key: stage.key(),
        };
        stage.run(&team.treasurer, &command).await?;
    }
    Ok(())
}

async fn claim(stage: &Stage, agreement: &Agreement) -> Result<PaymentRequestId> {
    let instalments = queries::instalments_of(stage.database(), &agreement.owner, &[agreement.award_id]).await?;
    let first = instalments
        .first()
        .ok_or_else(|| Error::internal("an agreement has no instalment"))?;
    let command = RequestPayment {
        instalment_id: first.id,
        amount: eur(first.amount_minor),
        justification: "Avance à la signature (demande illustrative)".to_owned(),
        illustrative: Some("This claim, its dates and its payment are made up.".to_owned()),
    };
    stage.run(&agreement.owner, &command).await
}
