//! An organisation is recorded from its number in a register.

use serde_json::{Value, json};

use super::stage::with;
use crate::harness::{Persona, TestApp, on_both_databases};

on_both_databases![
    an_organisation_is_recorded_from_its_siret_by_its_first_owner,
    a_wrong_check_digit_is_refused_at_the_identifier,
    an_office_of_la_poste_is_recorded_though_its_number_fails_the_usual_check,
    an_organisation_is_recorded_once,
    a_stranger_records_nothing,
];

async fn an_organisation_is_recorded_from_its_siret_by_its_first_owner(app: TestApp) {
    let ada = app.persona("Ada").await;
    let recorded = record(&app, &ada, "130 025 265 00013").await;
    assert_eq!(
        recorded,
        json!({ "name": "DINUM", "kind": "OPERATOR", "scheme": "FR_SIRET", "identifier": "13002526500013" })
    );
    let viewer = app
        .data(
            &ada,
            "{ viewer { memberships { role organisation { name } } } }",
            Value::Null,
        )
        .await;
    let expected = json!([{ "role": "OWNER", "organisation": { "name": "DINUM" } }]);
    assert_eq!(viewer["viewer"]["memberships"], expected);
    app.verify().await;
}

async fn a_wrong_check_digit_is_refused_at_the_identifier(app: TestApp) {
    let ada = app.persona("Ada").await;
    for identifier in ["13002526500014", "1300252650001", "130025265000130", ""] {
        let reasons = app
            .mutation_reasons(&ada, "createOrganisation", input(identifier))
            .await;
        assert_eq!(reasons, ["VALIDATION identifier"], "{identifier}");
    }
    let nameless = with(input("13002526500014"), json!({ "name": " " }));
    assert_eq!(
        app.mutation_reasons(&ada, "createOrganisation", nameless).await,
        ["VALIDATION name", "VALIDATION identifier"],
        "every fault at once"
    );
}

async fn an_office_of_la_poste_is_recorded_though_its_number_fails_the_usual_check(app: TestApp) {
    let ada = app.persona("Ada").await;
    record(&app, &ada, "35600000009075").await;
    let reasons = app
        .mutation_reasons(&ada, "createOrganisation", input("35600000009076"))
        .await;
    assert_eq!(reasons, ["VALIDATION identifier"], "a wrong digit is wrong there too");
}

async fn an_organisation_is_recorded_once(app: TestApp) {
    let (ada, other) = (app.persona("Ada").await, app.persona("Other").await);
    record(&app, &ada, "13002526500013").await;
    for spelling in ["13002526500013", "130 025 265 00013"] {
        assert_eq!(
            app.mutation_reasons(&other, "createOrganisation", input(spelling))
                .await,
            ["ALREADY_EXISTS identifier"]
        );
    }
    let viewer = app
        .data(&other, "{ viewer { memberships { role } } }", Value::Null)
        .await;
    assert_eq!(
        viewer["viewer"]["memberships"],
        json!([]),
        "nobody becomes a member by trying"
    );
}

async fn a_stranger_records_nothing(app: TestApp) {
    assert_eq!(
        app.mutation_error(None, "createOrganisation", input("13002526500013"))
            .await,
        "UNAUTHENTICATED"
    );
}

async fn record(app: &TestApp, who: &Persona, identifier: &str) -> Value {
    app.mutate(
        who,
        "createOrganisation",
        input(identifier),
        "organisation { name kind scheme identifier }",
    )
    .await["organisation"]
        .take()
}

fn input(identifier: &str) -> Value {
    json!({ "name": "DINUM", "kind": "OPERATOR", "scheme": "FR_SIRET", "identifier": identifier })
}
