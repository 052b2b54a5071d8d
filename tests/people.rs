//! The personas of the harness are who they say they are, so that the tests that lean on them prove something.

use entity::value::{
    CallId, CallStatus, Decommitment, FundId, FundStatus, Instant, NodeKind, ProgrammeId, ProgrammeStatus,
};
use entity::{call, fund, programme};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use time::macros::{date, datetime};
use uuid::Uuid;

use crate::harness::{Persona, TestApp, on_both_databases};

on_both_databases![
    every_persona_holds_the_role_it_is_named_after,
    an_applicant_owns_their_organisation,
    a_person_stays_signed_in_however_the_clock_moves,
    a_refused_registration_tells_every_reason_at_once,
    nobody_without_a_role_grants_one,
];

async fn every_persona_holds_the_role_it_is_named_after(app: TestApp) {
    let (fund_id, call_id) = fund_with_a_call(&app).await;
    let role = |role: &str, kind: &str, id: Option<&str>| json!([{ "role": role, "scopeKind": kind, "scopeId": id }]);
    let (fund, call) = (Some(fund_id.as_str()), Some(call_id.as_str()));
    for (persona, expected) in [
        (app.persona("Nobody").await, json!([])),
        (app.as_admin().await, role("ADMIN", "PLATFORM", None)),
        (app.as_auditor().await, role("AUDITOR", "PLATFORM", None)),
        (
            app.as_programme_manager(&fund_id).await,
            role("PROGRAMME_MANAGER", "FUND", fund),
        ),
        (
            app.as_finance_officer(&fund_id).await,
            role("FINANCE_OFFICER", "FUND", fund),
        ),
        (app.as_chair(&call_id).await, role("COMMITTEE_CHAIR", "CALL", call)),
        (
            app.as_committee_member(&call_id).await,
            role("COMMITTEE_MEMBER", "CALL", call),
        ),
    ] {
        let viewer = viewer(&app, &persona, "user { id email } roles { role scopeKind scopeId }").await;
        assert_eq!(viewer["user"], json!({ "id": persona.id, "email": persona.email }));
        assert_eq!(viewer["roles"], expected);
    }
    assert_eq!(
        app.as_admin().await.id,
        app.as_admin().await.id,
        "there is one administrator"
    );
}

async fn an_applicant_owns_their_organisation(app: TestApp) {
    let (applicant, organisation_id) = app.as_applicant("13002526500013").await;
    let selection = "memberships { role organisation { id identifier } }";
    let organisation = json!({ "id": organisation_id, "identifier": "13002526500013" });
    let expected = json!([{ "role": "OWNER", "organisation": organisation }]);
    assert_eq!(viewer(&app, &applicant, selection).await["memberships"], expected);
    app.verify().await;
}

async fn a_person_stays_signed_in_however_the_clock_moves(app: TestApp) {
    app.clock.set(datetime!(2018-06-20 08:00 UTC));
    let persona = app.persona("Traveller").await;
    let first = app.token(&persona).await;
    assert_eq!(app.token(&persona).await, first, "a token that is good is used again");
    app.clock.advance(time::Duration::days(400));
    assert_eq!(
        viewer(&app, &persona, "user { id }").await["user"]["id"],
        persona.id.as_str()
    );
    app.clock.set(datetime!(2017-01-01 08:00 UTC));
    assert_eq!(
        viewer(&app, &persona, "user { id }").await["user"]["id"],
        persona.id.as_str()
    );
    assert_ne!(app.token(&persona).await, first);
}

async fn a_refused_registration_tells_every_reason_at_once(app: TestApp) {
    let input = json!({ "email": "nowhere", "displayName": "Somebody", "password": "short" });
    assert_eq!(
        app.mutation_refused(None, "registerUser", input).await,
        ["VALIDATION", "VALIDATION"]
    );
}

async fn nobody_without_a_role_grants_one(app: TestApp) {
    let (nobody, other) = (app.persona("Nobody").await, app.persona("Other").await);
    let input = json!({ "userId": other.id, "role": "ADMIN", "scopeKind": "PLATFORM" });
    assert_eq!(
        app.mutation_error(&nobody, "grantRole", input.clone()).await,
        "FORBIDDEN"
    );
    assert_eq!(app.mutation_error(None, "grantRole", input).await, "UNAUTHENTICATED");
}

async fn viewer(app: &TestApp, persona: &Persona, selection: &str) -> Value {
    app.data(persona, &format!("{{ viewer {{ {selection} }} }}"), json!({}))
        .await["viewer"]
        .take()
}

/// The global identifiers of a fund and of a call in it, put straight into the tables: roles need no more of them.
async fn fund_with_a_call(app: &TestApp) -> (String, String) {
    let (fund_id, programme_id, call_id) = (FundId::new(), ProgrammeId::new(), CallId::new());
    let fund = fund::Model {
        id: fund_id,
        code: "FTAP".to_owned(),
        name: "Fonds pour la transformation de l'action publique".to_owned(),
        currency: "EUR".to_owned(),
        legal_basis: "Loi de finances pour 2018".to_owned(),
        starts_on: date!(2018 - 01 - 01),
        ends_on: date!(2022 - 12 - 31),
        time_zone: "UTC".to_owned(),
        enforces_payment_credits: false,
        decommitment: Decommitment::ReturnsToCall,
        reinstates_recoveries: false,
        status: FundStatus::Active,
        created_at: Instant(0),
        illustrative: None,
    };
    let programme = programme::Model {
        id: programme_id,
        fund_id,
        code: "AXIS-1".to_owned(),
        name: "First axis".to_owned(),
        status: ProgrammeStatus::Active,
        created_at: Instant(0),
        illustrative: None,
    };
    let call = call::Model {
        id: call_id,
        programme_id,
        fund_id,
        code: "FTAP-2018-1".to_owned(),
        title: "First call".to_owned(),
        summary: String::new(),
        description: String::new(),
        contact: String::new(),
        time_zone: "Europe/Paris".to_owned(),
        opens_at: Instant(0),
        closes_at: None,
        grace_minutes: 0,
        minimum_grant_minor: None,
        maximum_grant_minor: None,
        maximum_rate_bp: 10_000,
        assessments_wanted: 2,
        status: CallStatus::Open,
        next_reference: 1,
        created_at: Instant(0),
        illustrative: None,
    };
    let connection = app.storage.connection().await;
    fund::Entity::insert(fund.into_active_model())
        .exec_without_returning(&connection)
        .await
        .expect("a fund");
    programme::Entity::insert(programme.into_active_model())
        .exec_without_returning(&connection)
        .await
        .expect("an axis");
    call::Entity::insert(call.into_active_model())
        .exec_without_returning(&connection)
        .await
        .expect("a call");
    let global = |kind, id: Uuid| api::graphql::id::encode(kind, id).to_string();
    (global(NodeKind::Fund, fund_id.0), global(NodeKind::Call, call_id.0))
}
