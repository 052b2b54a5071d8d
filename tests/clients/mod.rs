//! The clients that programs use, against the real server. Each script beside this file is one of them; it says what it
//! does, and ends with [`DONE`] when all of it went well.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::flows::stage::{self, ENDOWMENT, draft_input};
use crate::harness::{Octroi, Persona, TestApp, mutation, on_both_databases, text};

on_both_databases![
    every_audit_of_graphql_over_http_is_passed,
    apollo_client_turns_pages_and_knows_every_object_by_its_identifier,
    urql_sends_queries_by_get_and_mutations_by_post,
    relay_compiles_the_whole_contract_and_runs_on_it,
    the_manifests_of_relay_and_apollo_have_every_operation_by_its_digest,
    the_manifests_of_relay_and_apollo_are_all_that_a_server_runs,
    graphql_ws_is_told_of_a_budget_as_it_changes,
];

/// How long a script may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// The last line of a script that has done all that it was run for.
const DONE: &str = "DONE";
/// How many applications the list has that the clients read: two pages of three, and one more.
const APPLICATIONS: usize = 7;

async fn every_audit_of_graphql_over_http_is_passed(app: TestApp) {
    let auditor = app.as_auditor().await;
    let output = run(&app, "audits.mjs", Some(&auditor), &Value::Null).await;
    for who in ["without a token", "with a token"] {
        assert!(output.contains(&format!("61 audits are ok {who}")), "{output}");
    }
}

async fn apollo_client_turns_pages_and_knows_every_object_by_its_identifier(app: TestApp) {
    let (applicant, scene) = applications(&app).await;
    run(&app, "apollo.mjs", Some(&applicant), &scene).await;
}

async fn urql_sends_queries_by_get_and_mutations_by_post(app: TestApp) {
    let (applicant, scene) = applications(&app).await;
    run(&app, "urql.mjs", Some(&applicant), &scene).await;
}

async fn relay_compiles_the_whole_contract_and_runs_on_it(app: TestApp) {
    let (applicant, scene) = applications(&app).await;
    run(&app, "relay.mjs", Some(&applicant), &scene).await;
}

async fn the_manifests_of_relay_and_apollo_have_every_operation_by_its_digest(app: TestApp) {
    let output = run(&app, "manifests.mjs", None, &Value::Null).await;
    let relay = read(manifest(&output, "RELAY"));
    let documents = relay.as_object().expect("a document for each digest");
    let apollo = read(manifest(&output, "APOLLO"));
    let operations = apollo["operations"].as_array().expect("operations");
    assert_eq!(operations.len(), documents.len());
    for operation in operations {
        let (id, name, body) = (
            text(&operation["id"]),
            text(&operation["name"]),
            text(&operation["body"]),
        );
        assert_eq!(documents[&id], body, "the same in both");
        assert_eq!(hex::encode(Sha256::digest(&body)), id, "{body}");
        assert!(
            body.contains(&format!("{} {name}", text(&operation["type"]))),
            "{operation:#}"
        );
    }
    for one_of_them in ["CallPageQuery", "ApplicationFormCreateMutation"] {
        assert!(
            operations.iter().any(|operation| operation["name"] == one_of_them),
            "{output}"
        );
    }
}

async fn the_manifests_of_relay_and_apollo_are_all_that_a_server_runs(app: TestApp) {
    let call = stage::call_open(&app).await;
    let code = stage::field(&app, None, &call.call_id, "Call", "code").await;
    let output = run(&app, "manifests.mjs", None, &Value::Null).await;
    let apollo = read(manifest(&output, "APOLLO"));
    let mut operations = apollo["operations"].as_array().expect("operations").iter();
    let page = operations.find(|operation| operation["name"] == "CallPageRefetchQuery");
    let digest = &page.expect("one of them")["id"];
    // Relay's network layers send the digest as they like, Apollo's clients in the extensions.
    let by_relay = json!({ "documentId": digest });
    let by_apollo = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": digest } } });
    for (whose, body) in [("RELAY", by_relay), ("APOLLO", by_apollo)] {
        let options = ["--persisted-operations", manifest(&output, whose), "--persisted-only"];
        let server = Octroi::serve_with(&app.storage, &options).await;
        let ask = async |body: Value| {
            let request = server.http.post(format!("{}/graphql", server.url)).json(&body);
            let response = request.send().await.expect("the server answers");
            response.json::<Value>().await.expect("JSON")
        };
        let answer = ask(stage::with(body, json!({ "variables": { "id": call.call_id } }))).await;
        assert_eq!(answer["data"]["node"]["code"], code, "{whose}: {answer:#}");
        let refused = ask(json!({ "query": "{ __typename }" })).await;
        let reason = &refused["errors"][0]["extensions"]["code"];
        assert_eq!(reason, "PERSISTED_QUERY_NOT_FOUND", "{whose}: {refused:#}");
    }
}

async fn graphql_ws_is_told_of_a_budget_as_it_changes(app: TestApp) {
    let call = stage::call_open(&app).await;
    let input = stage::Fund::allocation_input(&call.call_id, "100.00");
    let scene = json!({
        "node": call.call_id,
        "operation": { "query": mutation("allocateBudget", ""), "variables": { "input": input } },
        "before": ENDOWMENT,
        "after": "500100.00",
    });
    run(&app, "subscriptions.mjs", Some(&call.finance), &scene).await;
}

/// A call with applications of one organisation, and what a client is to know of them.
async fn applications(app: &TestApp) -> (Persona, Value) {
    let file = stage::application_drafted(app).await;
    for _ in 1..APPLICATIONS {
        let draft = draft_input(&file.call_id, &file.organisation_id);
        file.apply(app, &file.applicant, draft).await;
    }
    let query = "{ applications { nodes { reference call { code } } } }";
    let listed = app.data(&file.applicant, query, Value::Null).await;
    let listed = listed["applications"]["nodes"].as_array().expect("nodes");
    assert_eq!(listed.len(), APPLICATIONS);
    let references: Vec<&Value> = listed.iter().map(|application| &application["reference"]).collect();
    let scene = json!({
        "fundId": file.fund_id,
        "callId": file.call_id,
        "callCode": listed[0]["call"]["code"],
        "organisationId": file.organisation_id,
        "references": references,
    });
    (file.applicant.clone(), scene)
}

/// The path of a manifest, which a script has said.
fn manifest<'a>(output: &'a str, whose: &str) -> &'a str {
    let mut paths = output.lines().filter_map(|line| line.split_once(' '));
    let path = paths.find_map(|(label, path)| (label == whose).then_some(path));
    path.expect("the manifest's path")
}

fn read(manifest: &str) -> Value {
    let manifest = fs::read(manifest).expect("the manifest");
    serde_json::from_slice(&manifest).expect("JSON")
}

/// Runs a script as somebody, or as a stranger, in the scene that it needs. Answers with what it said.
async fn run(app: &TestApp, script: &str, who: Option<&Persona>, scene: &Value) -> String {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    assert!(
        scripts.join("node_modules").is_dir(),
        "the clients are not installed: run ./scripts/test, which installs them"
    );
    let log = app.storage.folder.join(script).with_extension("log");
    let output = File::create(&log).expect("a file");
    let mut command = Command::new("node");
    command
        // Libraries say what they cannot make sense of to developers only.
        .arg("--conditions=development")
        .arg(scripts.join(script))
        .stdin(Stdio::null())
        .stderr(output.try_clone().expect("a file"))
        .stdout(output)
        .env("OCTROI_URL", &app.url)
        .env("OCTROI_SCENE", scene.to_string())
        .env("OCTROI_FOLDER", app.storage.folder.join("scratch"))
        .env_remove("OCTROI_TOKEN");
    if let Some(persona) = who {
        command.env("OCTROI_TOKEN", app.token(persona).await);
    }
    let status = finish(command).await;
    let output = fs::read_to_string(&log).expect("what the script said");
    let well = status.is_some_and(|status| status.success()) && output.lines().last() == Some(DONE);
    let how = status.map_or_else(|| format!("was killed after {PATIENCE:?}"), |status| status.to_string());
    assert!(well, "{script} {how}:\n{output}");
    output
}

/// Waits for a process without holding up the server, which lives in this one; kills it when it takes too long.
async fn finish(mut command: Command) -> Option<ExitStatus> {
    let mut child = command.spawn().expect("node runs");
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the process is ours") {
            return Some(status);
        }
        if start.elapsed() > PATIENCE {
            child.kill().expect("the process is ours");
            child.wait().expect("the process ends");
            return None;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
