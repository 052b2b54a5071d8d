//! What would tire a server out is refused for next to nothing: measured by the program's own processor time and
//! memory.

mod library;

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::usage::Usage;
use crate::harness::{Octroi, on_both_databases, text};

on_both_databases![what_would_tire_the_server_out_is_refused_for_next_to_nothing];

/// The most that a refusal may cost.
const PROCESSOR: Duration = Duration::from_millis(50);
/// The same, in bytes.
const MEMORY: u64 = 50_000_000;
/// How often each is tried: the system counts processor time in hundredths of a second.
const TIMES: u32 = 10;

/// Something that is sent, and the status and the code of the refusal; the limit, if it has a name.
struct Attack {
    name: &'static str,
    body: String,
    status: u16,
    reason: &'static str,
}

fn attack(name: &'static str, document: &str, reason: &'static str) -> Attack {
    Attack {
        name,
        body: json!({ "query": document }).to_string(),
        status: 400,
        reason,
    }
}

async fn what_would_tire_the_server_out_is_refused_for_next_to_nothing(server: Octroi) {
    let warm = attack("nothing", "{ nothing }", "BAD_USER_INPUT");
    send(&server, &warm).await;
    for attack in documents().into_iter().chain(bodies()).chain(library::attacks()) {
        let before = Usage::begin(&server);
        for _ in 0..TIMES {
            send(&server, &attack).await;
        }
        let used = before.end(&server);
        assert!(
            used.processor < PROCESSOR * TIMES,
            "{}: {used:?} for {TIMES}",
            attack.name
        );
        assert!(used.memory < MEMORY, "{}: {used:?}", attack.name);
    }
    assert!(server.is_ready().await);
}

async fn send(server: &Octroi, attack: &Attack) {
    let request = server.http.post(format!("{}/graphql", server.url));
    let request = request
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json");
    let response = request.body(attack.body.clone()).send().await;
    let response = response.unwrap_or_else(|error| panic!("{}: {error}", attack.name));
    assert_eq!(response.status(), attack.status, "{}", attack.name);
    let answer: Value = response.json().await.expect("JSON");
    let extensions = &answer["errors"][0]["extensions"];
    let reason = extensions["limit"]
        .as_str()
        .map_or_else(|| text(&extensions["code"]), str::to_owned);
    assert_eq!(reason, attack.reason, "{}: {answer}", attack.name);
    assert_eq!(answer.get("data"), None, "{}", attack.name);
}

/// Fragments each of which spreads the next one twice.
fn doubling(fragments: usize) -> String {
    let mut document = "{...A0}".to_owned();
    for number in 0..fragments {
        write!(document, "fragment A{number} on Query{{...A{0} ...A{0}}}", number + 1).expect("a text");
    }
    write!(document, "fragment A{fragments} on Query{{__typename}}").expect("a text");
    document
}

fn many(times: usize, piece: &str) -> String {
    piece.repeat(times)
}

/// Documents.
fn documents() -> Vec<Attack> {
    let aliases: String = (0..10_000).map(|number| format!("a{number}:__typename ")).collect();
    let fields: String = (0..1_500).map(|number| format!("nothing{number} ")).collect();
    vec![
        attack("fragments that double", &doubling(26), "FIELDS"),
        attack(
            "fragments that double without end",
            "{...A}fragment A on Query{...A ...A}",
            "BAD_USER_INPUT",
        ),
        attack("a long chain of fragments", &chain(400), "NESTING"),
        attack("10 000 aliases", &format!("{{{aliases}}}"), "DOCUMENT_BYTES"),
        attack(
            "thousands of aliases",
            &format!("{{{}}}", many(2_000, "a:__typename ")),
            "ROOT_FIELDS",
        ),
        attack("brackets without end", &many(90_000, "{"), "TOKENS"),
        attack("fields inside one another", &many(4_000, "{a"), "NESTING"),
        attack(
            "lists inside one another",
            &format!("{{a(b:{}", many(4_000, "[")),
            "NESTING",
        ),
        attack("a long name", &format!("{{{}}}", many(90_000, "a")), "NAME_BYTES"),
        attack(
            "thousands of fields that do not exist",
            &format!("{{viewer{{{fields}}}}}"),
            "UNKNOWN_FIELDS",
        ),
        attack(
            "directives",
            &format!("{{__typename {}}}", many(1_000, "@skip(if:false)")),
            "DIRECTIVES",
        ),
        attack("strings", &format!("{{a(b:[{}])}}", many(30_000, "\"\" ")), "TOKENS"),
        attack(
            "pages of pages",
            "{funds(first:100){nodes{calls(first:100){nodes{applications(first:100){nodes{id}}}}}}}",
            "COST",
        ),
        attack(
            "pages of which the product is too large for a number",
            "{funds(first:2147483647){nodes{calls(first:2147483647){nodes{
                applications(first:2147483647){nodes{id}}}}}}}",
            "COST",
        ),
        attack("types of types", &circles(8), "INTROSPECTION"),
    ]
}

/// What is sent with a document, or instead of one.
fn bodies() -> [Attack; 6] {
    let aliases: String = (0..100_000).map(|number| format!("a{number}:__typename ")).collect();
    let ids: Vec<u32> = (0..19_000).collect();
    let uses = many(500, "...{nodes(ids:$ids){__typename}}");
    let variables = json!({
        "query": format!("query($ids:[ID!]!){{viewer{{...on Viewer{{__typename}}}} {uses}}}"),
        "variables": { "ids": ids },
    });
    [
        Attack {
            name: "100 000 aliases",
            body: json!({ "query": format!("{{{aliases}}}") }).to_string(),
            status: 413,
            reason: "BAD_USER_INPUT",
        },
        Attack {
            name: "a large variable many times over",
            body: variables.to_string(),
            status: 400,
            reason: "ROOT_FIELDS",
        },
        Attack {
            name: "a body of 20 MB",
            body: json!({ "query": format!("{{ __typename }} # {}", many(20_000_000, "x")) }).to_string(),
            status: 413,
            reason: "BAD_USER_INPUT",
        },
        Attack {
            name: "a megabyte of values",
            body: format!(
                "{{\"query\":\"{{a}}\",\"variables\":{{\"a\":[{}0]}}}}",
                many(500_000, "0,")
            ),
            status: 400,
            reason: "BAD_USER_INPUT",
        },
        Attack {
            name: "a megabyte of brackets",
            body: format!("{{\"query\":\"{{a}}\",\"variables\":{}", many(1_000_000, "[")),
            status: 400,
            reason: "BAD_USER_INPUT",
        },
        Attack {
            name: "a megabyte of quotes",
            body: format!("{{\"query\":{}", many(1_000_000, "\"")),
            status: 400,
            reason: "BAD_USER_INPUT",
        },
    ]
}

/// Fragments each of which spreads the next one.
fn chain(fragments: usize) -> String {
    let mut document = "{...A0}".to_owned();
    for number in 0..fragments {
        write!(document, "fragment A{number} on Query{{...A{}}}", number + 1).expect("a text");
    }
    write!(document, "fragment A{fragments} on Query{{__typename}}").expect("a text");
    document
}

/// The fields of the types of fields.
fn circles(times: usize) -> String {
    let inside = (0..times).fold("name".to_owned(), |inside, _| format!("fields{{type{{{inside}}}}}"));
    format!("{{__schema{{types{{{inside}}}}}}}")
}
