//! `schema.graphql` is the contract: it says what the server does, and explains every part of itself.

use std::{fs, path::Path};

use serde_json::Value;

/// The scalars that every GraphQL schema has.
const SPECIFIED: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

#[test]
fn the_contract_in_the_repository_is_the_one_the_server_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    let written = fs::read_to_string(path).unwrap_or_default();
    let printed = api::graphql::sdl();
    if let Some(difference) = first_difference(&written, &printed) {
        panic!("schema.graphql is not the schema: cargo run -- schema > schema.graphql\n{difference}");
    }
}

#[tokio::test]
async fn every_part_of_the_contract_has_a_description() {
    let introspection = introspection().await;
    let missing = undescribed(&introspection);
    assert!(missing.is_empty(), "without a description:\n{}", missing.join("\n"));
}

#[test]
fn a_difference_is_told_by_its_line() {
    assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    let told = first_difference("a\nb\nc\n", "a\nx\nc\n").expect("a difference");
    assert_eq!(told, "line 2\n  in schema.graphql: b\n  the server prints: x");
    assert!(first_difference("a\n", "a\nb\n").is_some());
    assert!(first_difference("a", "a\n").is_some(), "the last line break counts");
}

#[test]
fn a_part_without_a_description_is_found() {
    let introspection = serde_json::json!({ "types": [
        { "name": "__Type", "description": null },
        { "name": "ID", "description": null },
        { "name": "Query", "description": "Described.", "fields": [
            { "name": "node", "description": " ", "args": [{ "name": "id", "description": null }] },
        ]},
        { "name": "Input", "description": null, "inputFields": [{ "name": "field", "description": "" }] },
        { "name": "Colour", "description": "Described.", "enumValues": [{ "name": "RED", "description": null }] },
    ]});
    assert_eq!(
        undescribed(&introspection),
        ["Query.node", "Query.node.id", "Input", "Input.field", "Colour.RED"]
    );
}

/// The first line in which the file and the server differ.
fn first_difference(written: &str, printed: &str) -> Option<String> {
    if written == printed {
        return None;
    }
    let (mut written, mut printed) = (written.split('\n'), printed.split('\n'));
    (1..).find_map(|number| match (written.next(), printed.next()) {
        (Some(one), Some(other)) if one == other => None,
        (None, None) => Some("only in its line breaks".to_owned()),
        (one, other) => {
            let show = |line: Option<&str>| line.unwrap_or("(the end)").to_owned();
            Some(format!(
                "line {number}\n  in schema.graphql: {}\n  the server prints: {}",
                show(one),
                show(other)
            ))
        }
    })
}

async fn introspection() -> Value {
    const QUERY: &str = "{ __schema { types {
        name description
        fields(includeDeprecated: true) { name description args { name description } }
        inputFields { name description }
        enumValues(includeDeprecated: true) { name description }
    } } }";
    let response = api::graphql::schema().execute(QUERY).await;
    assert_eq!(response.errors, []);
    let mut data = response.data.into_json().expect("the introspection is JSON");
    data["__schema"].take()
}

/// The parts without a description, as `Type`, `Type.field` or `Type.field.argument`.
fn undescribed(introspection: &Value) -> Vec<String> {
    let mut missing = Vec::new();
    for own in list(introspection, "types") {
        let name = name(own);
        // What the specification defines, it describes.
        if name.starts_with("__") || SPECIFIED.contains(&name) {
            continue;
        }
        note(own, name.to_owned(), &mut missing);
        for parts in ["fields", "inputFields", "enumValues"] {
            for part in list(own, parts) {
                let path = format!("{name}.{}", self::name(part));
                note(part, path.clone(), &mut missing);
                for argument in list(part, "args") {
                    note(argument, format!("{path}.{}", self::name(argument)), &mut missing);
                }
            }
        }
    }
    missing
}

fn note(part: &Value, path: String, missing: &mut Vec<String>) {
    if part["description"]
        .as_str()
        .is_none_or(|description| description.trim().is_empty())
    {
        missing.push(path);
    }
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap_or_default()
}
