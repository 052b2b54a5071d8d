//! An application while it is a draft, and who knows of it.

use serde_json::{Value, json};

use super::stage::{self, draft_input, field, with};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    an_application_is_drafted_and_saved,
    a_draft_may_be_incomplete_but_not_wrong,
    a_stale_save_is_refused_and_overwrites_nothing,
    of_saves_at_the_same_time_one_is_kept_and_the_others_are_told,
    a_draft_is_known_to_its_organisations_only,
    a_partner_reads_and_the_lead_writes,
    an_application_is_begun_for_ones_own_organisation_while_the_call_is_open,
    an_application_is_withdrawn_until_its_agreement_is_signed,
    what_was_promised_to_a_withdrawn_application_is_released_and_never_signed,
    a_signed_application_is_not_withdrawn,
];

async fn an_application_is_drafted_and_saved(app: TestApp) {
    let file = stage::application_drafted(&app).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Application {
        reference status revision title requested { amount } partners { name } submissions { number }
    } } }";
    let id = json!({ "id": file.application_id });
    let drafted = app.data(&file.applicant, query, id.clone()).await;
    let expected = json!({
        "reference": "FTAP-2018-1-0001", "status": "DRAFT", "revision": 1, "title": "One form for every permit",
        "requested": { "amount": "150000.00" }, "partners": [], "submissions": [],
    });
    assert_eq!(drafted["node"], expected);
    let input = file.save_input(1, "One form for every permit of every town");
    app.mutate(&file.applicant, "saveApplication", input, "").await;
    let saved = app.data(&file.applicant, query, id).await;
    let changes = json!({ "revision": 2, "title": "One form for every permit of every town" });
    assert_eq!(saved["node"], with(expected, changes));
    app.verify().await;
}

async fn a_draft_may_be_incomplete_but_not_wrong(app: TestApp) {
    let file = stage::application_drafted(&app).await;
    let incomplete = json!({ "summary": "", "cost": stage::euros("0"), "requested": stage::euros("0") });
    let input = with(file.save_input(1, "A title"), incomplete);
    app.mutate(&file.applicant, "saveApplication", input, "").await;
    let wrong = json!({ "cost": { "amount": "1", "currency": "USD" }, "requested": stage::euros("-1"),
        "partnerIds": [file.organisation_id] });
    let mut reasons = app
        .mutation_reasons(&file.applicant, "saveApplication", with(file.save_input(2, " "), wrong))
        .await;
    reasons.sort();
    assert_eq!(
        reasons,
        [
            "CURRENCY_MISMATCH cost",
            "VALIDATION partnerIds",
            "VALIDATION requested",
            "VALIDATION title"
        ]
    );
    let revision = field(&app, &file.applicant, &file.application_id, "Application", "revision").await;
    assert_eq!(revision, 2, "what is refused is not saved");
    app.verify().await;
}

async fn a_stale_save_is_refused_and_overwrites_nothing(app: TestApp) {
    let file = stage::application_drafted(&app).await;
    app.mutate(&file.applicant, "saveApplication", file.save_input(1, "Hers"), "")
        .await;
    for stale in [1, 0, 3] {
        let refusals = app
            .mutation_refusals(&file.applicant, "saveApplication", file.save_input(stale, "His"))
            .await;
        assert_eq!(refusals.len(), 1);
        assert_eq!(refusals[0]["code"], "CONFLICT");
        assert_eq!(refusals[0]["field"], json!(["revision"]));
        assert_eq!(refusals[0]["details"], json!({ "currentRevision": 2 }), "{stale}");
    }
    let title = field(&app, &file.applicant, &file.application_id, "Application", "title").await;
    assert_eq!(title, "Hers");
    app.mutate(&file.applicant, "saveApplication", file.save_input(2, "Theirs"), "")
        .await;
    app.verify().await;
}

async fn of_saves_at_the_same_time_one_is_kept_and_the_others_are_told(app: TestApp) {
    let file = stage::application_drafted(&app).await;
    app.token(&file.applicant).await;
    let (app, file) = (&app, &file);
    let saves = (0..12).map(|author| async move {
        let input = file.save_input(1, &format!("By author {author}"));
        let answer = app
            .attempt(&file.applicant, "saveApplication", input, "application { title }")
            .await;
        answer["data"]["saveApplication"].clone()
    });
    let answers = futures_util::future::join_all(saves).await;
    let (kept, told): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer["application"].is_object());
    assert_eq!(kept.len(), 1, "{answers:#?}");
    for answer in told {
        assert_eq!(answer["userErrors"][0]["code"], "CONFLICT", "{answer:#}");
    }
    let title = field(app, &file.applicant, &file.application_id, "Application", "title").await;
    assert_eq!(kept[0]["application"]["title"], title);
    app.verify().await;
}

async fn a_draft_is_known_to_its_organisations_only(app: TestApp) {
    let file = stage::application_drafted(&app).await;
    let (stranger, _) = app.as_applicant(stage::OTHER_SIRET).await;
    let chair = app.as_chair(&file.call_id).await;
    let node = "query($id: ID!) { node(id: $id) { id } }";
    let id = json!({ "id": file.application_id });
    let counts = "{ applications { totalCount } calls { nodes { applications { totalCount } } } }";
    for other in [&stranger, &file.manager, &file.finance, &chair] {
        assert_eq!(
            app.error_code(other, node, id.clone()).await,
            "NOT_FOUND",
            "{}",
            other.email
        );
        let counted = app.data(other, counts, Value::Null).await;
        let nothing = json!({ "totalCount": 0 });
        assert_eq!(
            counted,
            json!({ "applications": nothing, "calls": { "nodes": [{ "applications": nothing }] } })
        );
        for (operation, input) in [
            ("saveApplication", file.save_input(1, "Theirs")),
            ("submitApplication", file.submission_input(1)),
            ("withdrawApplication", id_of(&file.application_id)),
        ] {
            assert_eq!(
                app.mutation_error(other, operation, input).await,
                "NOT_FOUND",
                "{operation}"
            );
        }
    }
    assert_eq!(app.error_code(None, node, id).await, "NOT_FOUND");
    file.submit(&app).await;
    for staff in [&file.manager, &file.finance, &chair] {
        field(&app, staff, &file.application_id, "Application", "title").await;
        assert_eq!(
            app.mutation_error(staff, "withdrawApplication", id_of(&file.application_id))
                .await,
            "FORBIDDEN",
            "seen, and not theirs"
        );
    }
    let still_hidden = app
        .mutation_error(&stranger, "withdrawApplication", id_of(&file.application_id))
        .await;
    assert_eq!(still_hidden, "NOT_FOUND");
    app.verify().await;
}

async fn a_partner_reads_and_the_lead_writes(app: TestApp) {
    let file = stage::application_drafted(&app).await;
    let (partner, partner_id) = app.as_applicant(stage::OTHER_SIRET).await;
    let input = with(file.save_input(1, "Together"), json!({ "partnerIds": [partner_id] }));
    app.mutate(&file.applicant, "saveApplication", input, "").await;
    let title = field(&app, &partner, &file.application_id, "Application", "title").await;
    assert_eq!(title, "Together");
    for (operation, input) in [
        ("saveApplication", file.save_input(2, "Mine")),
        ("submitApplication", file.submission_input(2)),
        ("withdrawApplication", id_of(&file.application_id)),
    ] {
        assert_eq!(
            app.mutation_error(&partner, operation, input).await,
            "FORBIDDEN",
            "{operation}"
        );
    }
    let alone = with(file.save_input(2, "Alone"), json!({ "partnerIds": [] }));
    app.mutate(&file.applicant, "saveApplication", alone, "").await;
    let node = "query($id: ID!) { node(id: $id) { id } }";
    let id = json!({ "id": file.application_id });
    assert_eq!(
        app.error_code(&partner, node, id).await,
        "NOT_FOUND",
        "a partner no more"
    );
    app.verify().await;
}

async fn an_application_is_begun_for_ones_own_organisation_while_the_call_is_open(app: TestApp) {
    let call = stage::call_open(&app).await;
    let (applicant, organisation_id) = app.as_applicant(stage::SIRET).await;
    let (_, other_id) = app.as_applicant(stage::OTHER_SIRET).await;
    let theirs = draft_input(&call.call_id, &other_id);
    assert_eq!(
        app.mutation_error(&applicant, "createApplication", theirs).await,
        "FORBIDDEN"
    );
    let own = draft_input(&call.call_id, &organisation_id);
    assert_eq!(
        app.mutation_error(None, "createApplication", own.clone()).await,
        "UNAUTHENTICATED"
    );
    app.clock.set(stage::DEADLINE);
    assert_eq!(
        app.mutation_refused(&applicant, "createApplication", own).await,
        ["INVALID_STATE"]
    );
}

async fn an_application_is_withdrawn_until_its_agreement_is_signed(app: TestApp) {
    let file = stage::application_submitted(&app).await;
    let second = call_again(&app, &file).await;
    let withdrawn = app
        .mutate(
            &file.applicant,
            "withdrawApplication",
            id_of(&file.application_id),
            "application { status submissions { number } }",
        )
        .await;
    let expected = json!({ "status": "WITHDRAWN", "submissions": [{ "number": 1 }] });
    assert_eq!(withdrawn["application"], expected, "its receipt is kept");
    for (operation, input) in [
        ("saveApplication", file.save_input(1, "Anew")),
        ("submitApplication", file.submission_input(1)),
        ("withdrawApplication", id_of(&file.application_id)),
    ] {
        assert_eq!(
            app.mutation_refused(&file.applicant, operation, input).await,
            ["INVALID_STATE"],
            "{operation}"
        );
    }
    file.start_evaluation(&app).await;
    let evaluator = app.as_committee_member(&file.call_id).await;
    stage::assign(&app, &file.manager, &second, &evaluator).await;
    let withdrawn = app
        .mutate(
            &file.applicant,
            "withdrawApplication",
            id_of(&second),
            "application { status }",
        )
        .await;
    assert_eq!(withdrawn["application"]["status"], "WITHDRAWN");
    app.verify().await;
}

async fn what_was_promised_to_a_withdrawn_application_is_released_and_never_signed(app: TestApp) {
    let award = stage::award_reserved(&app, "1000.00").await;
    let withdraw = id_of(&award.application_id);
    app.mutate(&award.applicant, "withdrawApplication", withdraw.clone(), "")
        .await;
    let notice = json!({ "decisionId": award.decision_id });
    assert_eq!(
        app.mutation_refused(&award.manager, "notifyDecision", notice).await,
        ["INVALID_STATE"]
    );
    let agreement = stage::agreement_input(&award.award_id, &["1000.00"]);
    let unsigned = app.mutation_refused(&award.manager, "signAgreement", agreement).await;
    assert!(unsigned.iter().all(|code| code == "INVALID_STATE"), "{unsigned:?}");
    let release = json!({ "awardId": award.award_id, "reason": "Withdrawn", "document": "Letter of 3 June",
        "idempotencyKey": stage::fresh_key() });
    app.mutate(&award.manager, "releaseAward", release, "").await;
    let figures = stage::budget(&app, &award.finance, &award.call_id).await;
    assert!(figures.contains("reserved 0.00, committed 0.00"), "{figures}");
    app.verify().await;
}

async fn a_signed_application_is_not_withdrawn(app: TestApp) {
    let agreement = stage::award_committed(&app, "1000.00", &["1000.00"]).await;
    let refused = app
        .mutation_refused(
            &agreement.applicant,
            "withdrawApplication",
            id_of(&agreement.application_id),
        )
        .await;
    assert_eq!(refused, ["INVALID_STATE"]);
}

/// A second application of the same organisation, submitted.
async fn call_again(app: &TestApp, file: &stage::File) -> String {
    let input = draft_input(&file.call_id, &file.organisation_id);
    let second = file.apply(app, &file.applicant, input).await;
    let reference = field(app, &file.applicant, &second, "Application", "reference").await;
    assert_eq!(text(&reference), "FTAP-2018-1-0002");
    let input = json!({ "applicationId": second, "revision": 1 });
    app.mutate(&file.applicant, "submitApplication", input, "").await;
    second
}

fn id_of(application_id: &str) -> Value {
    json!({ "applicationId": application_id })
}
