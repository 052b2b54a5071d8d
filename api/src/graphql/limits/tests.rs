use std::fmt::Write;
use std::time::{Duration, Instant};

use async_graphql::parser::parse_query;
use serde_json::json;

use super::*;

/// What a document within the limits costs, or the limit that it goes over and by how much.
fn measured(document: &str, variables: serde_json::Value) -> Result<u64, (Limit, u64)> {
    let excess = |excess: Excess| (excess.limit, excess.actual);
    check_text(document).map_err(excess)?;
    let parsed = parse_query(document).expect("a document");
    let variables = Variables::from_json(variables);
    let shape = Shape::read(&crate::graphql::sdl());
    match check_document(&shape, &parsed, &variables) {
        Ok(measured) => Ok(measured.cost),
        Err(Refused::Excess(one)) => Err(excess(one)),
        Err(Refused::Cycle(name)) => panic!("a cycle of {name}"),
    }
}

fn cost(document: &str) -> Result<u64, (Limit, u64)> {
    measured(document, json!({}))
}

#[test]
fn a_page_costs_its_size_times_its_items() {
    assert_eq!(cost("{ viewer { user { id } } }"), Ok(3));
    assert_eq!(cost("{ funds(first: 50) { nodes { id } } }"), Ok(1 + 50 * 2));
    assert_eq!(cost("{ funds { nodes { id } } }"), Ok(1 + 20 * 2));
    assert_eq!(cost("{ funds(last: 3) { totalCount } }"), Ok(1 + 3));
    assert_eq!(
        cost("{ viewer { roles { role } } }"),
        Ok(1 + 1 + 5),
        "a list without pages"
    );
}

#[test]
fn a_variable_is_worth_its_value_or_its_default() {
    let document = "query($first: Int = 7) { funds(first: $first) { totalCount } }";
    assert_eq!(measured(document, json!({})), Ok(8));
    assert_eq!(measured(document, json!({ "first": 9 })), Ok(10));
    assert_eq!(measured(document, json!({ "first": null })), Ok(21));
    for wrong in [json!(-9), json!(0), json!("9"), json!([9])] {
        assert!(measured(document, json!({ "first": wrong })).is_ok_and(|cost| cost <= 21));
    }
    assert_eq!(measured(document, json!({ "first": 4_000_000_000_u32 })), Ok(101));
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(measured(nodes, json!({ "ids": ["a", "b", "c"] })), Ok(4));
    assert_eq!(cost(r#"{ nodes(ids: ["a", "b"]) { id } }"#), Ok(3));
}

#[test]
fn a_series_costs_its_points() {
    let document = "query($to: Date!) {
        budgetSeries(node: \"x\", from: \"2026-01-01\", to: $to, interval: DAY) { date } }";
    assert_eq!(measured(document, json!({ "to": "2026-01-31" })), Ok(32));
    assert_eq!(measured(document, json!({ "to": "2025-01-31" })), Ok(1));
}

#[test]
fn fragments_count_as_often_as_they_are_spread_and_are_added_up_once() {
    let document = "{ a: viewer { ...F } b: viewer { ...F } } fragment F on Viewer { user { id } ... { __typename } }";
    assert_eq!(cost(document), Ok(2 + 2 * 3));
    let mut doubling = "{ ...F0 }".to_owned();
    for number in 0..64 {
        let next = number + 1;
        write!(doubling, " fragment F{number} on Query {{ ...F{next} ...F{next} }}").expect("a text");
    }
    doubling.push_str(" fragment F64 on Query { __typename }");
    // Deeper than may be nested, and still told from the fields: sums stop at the largest number.
    let begun = Instant::now();
    assert!(matches!(cost(&doubling), Err((Limit::Nesting, _))));
    let shallow = doubling.replace("{ ...F0 }", "{ ...F40 }");
    assert!(matches!(cost(&shallow), Err((Limit::Fields, fields)) if fields == 1 << 24));
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_fragment_within_itself_is_refused() {
    let shape = Shape::read(&crate::graphql::sdl());
    for document in [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { viewer { ...B } } fragment B on Viewer { ...A }",
    ] {
        let parsed = parse_query(document).expect("a document");
        let refused = check_document(&shape, &parsed, &Variables::default());
        assert_eq!(refused, Err(Refused::Cycle("A".to_owned())), "{document}");
    }
}

/// A document that has so many of something.
type Document<'a> = Box<dyn Fn(u64) -> String + 'a>;

#[test]
fn each_limit_holds_where_it_says_and_not_before() {
    let many = |number: u64, piece: &str| piece.repeat(usize::try_from(number).expect("a number"));
    let nested = |number: u64| {
        format!(
            "{{ {} __typename {} }}",
            many(number - 1, "... { "),
            many(number - 1, "} ")
        )
    };
    let cases: [(Limit, Document<'_>); 9] = [
        (
            Limit::DocumentBytes,
            Box::new(|number| format!("{{ __typename }}{}", many(number - 14, " "))),
        ),
        (
            Limit::NameBytes,
            Box::new(|number| format!("query {} {{ __typename }}", many(number, "a"))),
        ),
        (Limit::Nesting, Box::new(nested)),
        (
            Limit::Operations,
            Box::new(|number| {
                (0..number).fold(String::new(), |text, one| {
                    text + &format!("query Q{one} {{ __typename }} ")
                })
            }),
        ),
        (
            Limit::Fields,
            Box::new(|number| format!("{{ viewer {{ {} }} }}", many(number - 1, "__typename "))),
        ),
        (
            Limit::RootFields,
            Box::new(|number| format!("{{ {} }}", many(number, "__typename "))),
        ),
        (
            Limit::UnknownFields,
            Box::new(|number| format!("{{ viewer {{ {} }} }}", many(number, "nothing "))),
        ),
        (
            Limit::Aliases,
            Box::new(|number| format!("{{ viewer {{ {} }} }}", many(number, "a: __typename "))),
        ),
        (
            Limit::Directives,
            Box::new(|number| format!("{{ __typename {} }}", many(number, "@skip(if: false) "))),
        ),
    ];
    for (limit, document) in cases {
        let maximum = limit.maximum();
        assert!(
            cost(&document(maximum)).is_ok(),
            "{limit:?}: {:?}",
            cost(&document(maximum))
        );
        assert_eq!(cost(&document(maximum + 1)), Err((limit, maximum + 1)));
    }
}

#[test]
fn tokens_are_counted_whatever_they_are() {
    let strings = format!("{{ a(b: [{}]) }}", "\"\" ".repeat(10_000));
    assert_eq!(cost(&strings), Err((Limit::Tokens, 10_009)));
}

#[test]
fn a_variable_counts_for_each_of_its_uses() {
    let uses: String = (0..50).map(|_| "nodes(ids: $ids) { __typename } ").collect();
    let document = format!("query($ids: [ID!]!) {{ viewer {{ {uses} }} }}");
    let ids: Vec<_> = (0..1_000).collect();
    assert_eq!(
        measured(&document, json!({ "ids": ids })),
        Err((Limit::Values, 50 * 1_001))
    );
}

#[test]
fn introspection_does_not_go_round_in_circles() {
    let once = "{ __schema { types { fields { type { name } } } } }";
    assert!(cost(once).is_ok());
    let twice = "{ __schema { types { fields { type { fields { name } } } } } }";
    assert_eq!(cost(twice), Err((Limit::Introspection, 2)));
}

#[test]
fn every_limit_says_how_much_there_was_and_how_much_there_may_be() {
    for limit in [
        Limit::DocumentBytes,
        Limit::NameBytes,
        Limit::Tokens,
        Limit::Nesting,
        Limit::Operations,
        Limit::Depth,
        Limit::Fields,
        Limit::RootFields,
        Limit::UnknownFields,
        Limit::Aliases,
        Limit::Directives,
        Limit::Values,
        Limit::Introspection,
        Limit::Cost,
    ] {
        let message = Excess { limit, actual: 123_456 }.message();
        assert!(
            message.contains("123456") && message.contains(&limit.maximum().to_string()),
            "{message}"
        );
    }
}
