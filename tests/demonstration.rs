//! The demonstration, and the README's walks through it, as somebody who has just arrived would try them.

use std::{fs, process::Command, sync::Arc};

use serde_json::{Value, json};

use crate::harness::{Client, EmptyDatabase, Octroi, octroi, on_both_databases};

on_both_databases![
    the_demonstration_tells_the_published_figures_and_the_walks_work,
    a_demonstration_is_loaded_into_an_empty_database_only,
];

const README: &str = include_str!("../README.md");

async fn the_demonstration_tells_the_published_figures_and_the_walks_work(EmptyDatabase(storage): EmptyDatabase) {
    assert!(README.contains("cargo run -- demo"), "the one command of the README");
    let storage = Arc::new(storage);
    let server = Octroi::demo(&storage).await;
    let leaflet = fs::read_to_string(storage.folder.join("leaflet")).expect("what it printed");
    let token = sign_in_as_auditor(&server, &leaflet).await;

    let call = &printed_query(&server, &leaflet, "2. ", &token).await["call"];
    assert_eq!(call["applications"]["totalCount"], 61);
    assert_eq!(call["awards"]["totalCount"], 16);
    assert_eq!(call["budget"]["committed"]["amount"], "68800000.00");
    assert_eq!(call["budget"]["reserved"]["amount"], "0.00");
    let fund = &printed_query(&server, &leaflet, "3. ", &token).await["fund"];
    assert_eq!(
        fund["budget"]["opened"],
        json!({ "amount": "110600000.00", "currency": "EUR" })
    );
    the_totals_are_the_published_ones(&server, &token).await;

    for walk in ["As an applicant", "As a committee member", "As a dashboard"] {
        take(walk, &server.url);
    }
    let verified = octroi(&storage, &["verify"]);
    assert!(verified.status.success(), "{verified:?}");
}

async fn sign_in_as_auditor(server: &Client, leaflet: &str) -> String {
    let (_, rest) = leaflet.split_once("mutation { logIn(").expect("how to sign in");
    let (mutation, _) = rest.split_once('\n').unwrap_or((rest, ""));
    let answer = server
        .graphql(None, &format!("mutation {{ logIn({mutation}"), Value::Null)
        .await;
    let token = &answer["data"]["logIn"]["session"]["accessToken"];
    token.as_str().unwrap_or_else(|| panic!("{answer:#}")).to_owned()
}

/// Runs a query that the demonstration has printed under a number.
async fn printed_query(server: &Client, leaflet: &str, number: &str, token: &str) -> Value {
    let (_, rest) = leaflet.split_once(number).expect("a numbered query");
    let (_, rest) = rest.split_once('{').expect("a query");
    let (query, _) = rest.split_once("\n\n").expect("an end");
    let answer = server.graphql(Some(token), &format!("{{{query}"), Value::Null).await;
    assert!(answer["errors"].is_null(), "{answer:#}");
    answer["data"].clone()
}

/// What the sources say of all applications together: 300.0 M EUR requested of 757.0 M, to the cent.
async fn the_totals_are_the_published_ones(server: &Client, token: &str) {
    const ALL: &str = "{ call(code: \"FTAP-2018-2\") { applications(first: 100) { nodes {
        requested { minorUnits } cost { minorUnits } award { amount { minorUnits } status instalments { status } }
    } } } }";
    let answer = server.graphql(Some(token), ALL, Value::Null).await;
    let applications = answer["data"]["call"]["applications"]["nodes"]
        .as_array()
        .expect("applications");
    let sum = |amount: fn(&Value) -> &Value| -> i64 {
        applications
            .iter()
            .filter_map(|node| amount(node)["minorUnits"].as_str()?.parse::<i64>().ok())
            .sum()
    };
    assert_eq!(sum(|node| &node["requested"]), 30_000_000_000);
    assert_eq!(sum(|node| &node["cost"]), 75_700_000_000);
    assert_eq!(sum(|node| &node["award"]["amount"]), 6_880_000_000);
    let awards = applications
        .iter()
        .map(|node| &node["award"])
        .filter(|award| !award.is_null());
    assert!(
        awards.clone().all(|award| award["instalments"][0]["status"] == "PAID"),
        "first instalments are paid"
    );
    assert_eq!(awards.count(), 16);
}

/// Takes a walk of the README as it is written: every line must succeed, and every `# =>` be in what is printed.
fn take(walk: &str, url: &str) {
    let (_, section) = README.split_once(&format!("### {walk}\n")).expect("a walk");
    let (_, block) = section.split_once("```sh\n").expect("a block");
    let (block, _) = block.split_once("```").expect("an end");
    let script = format!("set -euo pipefail\n{}", block.replace("http://127.0.0.1:8080", url));
    let run = Command::new("bash").args(["-c", &script]).output().expect("bash runs");
    let printed = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success(),
        "{walk}: {printed}\n{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let promises: Vec<_> = block.lines().filter_map(|line| line.strip_prefix("# => ")).collect();
    assert!(!promises.is_empty(), "{walk} promises nothing");
    for promise in promises {
        assert!(
            printed.contains(promise),
            "{walk} promises {promise} and prints {printed}"
        );
    }
}

async fn a_demonstration_is_loaded_into_an_empty_database_only(server: Octroi) {
    server.as_admin().await;
    let refused = octroi(&server.storage, &["demo", "--load-only"]);
    let reason = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && reason.contains("empty database"),
        "{refused:?}"
    );
    assert_eq!(reason.trim().lines().count(), 1, "{reason}");
}
