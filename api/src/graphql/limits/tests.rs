use std::fmt::Write;
use std::time::{Duration, Instant};

use async_graphql::parser::parse_query;
use serde_json::json;

use super::*;

/// What a document within the limits costs, or the limit that it goes over and by how much.
fn measured(document: &str, variables: serde_json::Value) -> Result<u64, (Limit, u64)> {
    match check(document, &Variables::from_json(variables)) {
        Ok(measured) => Ok(measured.cost),
        Err(Refused::Excess(excess)) => Err((excess.limit, excess.actual)),
        Err(Refused::Invalid(error)) => panic!("{document}: {error:?}"),
    }
}

fn check(document: &str, variables: &Variables) -> Result<Measured, Refused> {
    check_text(document)?;
    check_variables(variables)?;
    let parsed = parse_query(document).expect("a document");
    check_document(&Shape::read(&crate::graphql::sdl()), &parsed, variables)
}

/// Why a document within the limits is refused all the same, and where.
fn invalid(document: &str) -> (String, Vec<usize>) {
    match check(document, &Variables::default()) {
        Err(Refused::Invalid(error)) => (error.message, error.locations.iter().map(|at| at.column).collect()),
        other => panic!("{document}: {other:?}"),
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
    for (document, at) in [
        ("{ ...A } fragment A on Query { ...A }", 35),
        (
            "{ ...A } fragment A on Query { viewer { ...B } } fragment B on Viewer { ...A }",
            76,
        ),
    ] {
        let message = "The fragment \"A\" is spread within itself.".to_owned();
        assert_eq!(invalid(document), (message, vec![at]), "{document}");
    }
}

#[test]
fn a_fragment_that_there_is_not_or_that_nothing_leads_to_is_refused() {
    for (document, message, at) in [
        ("{ ...A }", "Unknown fragment: \"A\"", 6),
        (
            "{ ...A } fragment A on Query { viewer { ...B } }",
            "Unknown fragment: \"B\"",
            44,
        ),
        (
            "{ __typename } fragment A on Query { nothing }",
            "Fragment \"A\" is never used",
            16,
        ),
        (
            "{ ...A } fragment A on Query { __typename } fragment B on Query { ...C } fragment C on Query { ...A }",
            "is never used",
            0,
        ),
    ] {
        let (told, places) = invalid(document);
        assert!(told.contains(message), "{document}: {told}");
        assert!(at == 0 || places == [at], "{document}: {places:?}");
    }
    let shared =
        "query A { ...F } query B { ...F ...G } fragment F on Query { __typename } fragment G on Query { ...F }";
    assert!(cost(shared).is_ok());
}

#[test]
fn what_contradicts_itself_is_told_of_once() {
    let conflict = |name: &str, difference: &str| {
        format!(
            "Fields \"{name}\" conflict because {difference}. Use different aliases on the fields to fetch both if \
             this was intentional."
        )
    };
    let arguments = "they have differing arguments";
    for (document, message, places) in [
        (
            "{ funds(first: 1) { totalCount } funds(first: 2) { totalCount } funds(first: 3) { totalCount } }",
            conflict("funds", arguments),
            vec![3, 34],
        ),
        (
            "{ funds(first: 1) { totalCount } ... { funds { totalCount } } }",
            conflict("funds", arguments),
            vec![3, 40],
        ),
        (
            "{ ...F } fragment F on Query { a: viewer { user { id } } a: __typename }",
            conflict("a", "\"viewer\" and \"__typename\" are different fields"),
            vec![32, 58],
        ),
        (
            "{ funds(first: 1, first: 1) { totalCount } }",
            "There can only be one argument named \"first\"".to_owned(),
            vec![19],
        ),
        (
            "{ __typename @skip(if: true, if: true) }",
            "There can only be one argument named \"if\"".to_owned(),
            vec![30],
        ),
    ] {
        assert_eq!(invalid(document), (message, places), "{document}");
    }
    for document in [
        "{ funds(first: 1, after: \"a\") { totalCount } funds(after: \"a\", first: 1) { pageInfo { endCursor } } }",
        "{ node(id: \"a\") { ... on Fund { a: code } ... on Call { a: status } } }",
        "{ ...F ...F } fragment F on Query { viewer { user { id } } }",
    ] {
        assert!(cost(document).is_ok(), "{document}");
    }
}

#[test]
fn looking_for_contradictions_comes_to_an_end() {
    // Each level of fragments looks at all that is inside of it.
    let levels = |fields: usize| {
        let fields = "__typename ".repeat(fields);
        format!(
            "{{ viewer {{ {} {fields} {} }} }}",
            "... { ".repeat(24),
            "} ".repeat(24)
        )
    };
    assert!(cost(&levels(1_987)).is_ok());
    assert_eq!(cost(&levels(1_988)), Err((Limit::Comparisons, 50_001)));
    let arguments = (0..300).fold(String::new(), |text, one| text + &format!("a{one}: 1 "));
    let pair = format!("{{ viewer {{ roles({arguments}) {{ role }} roles({arguments}) {{ role }} }} }}");
    assert_eq!(cost(&pair), Err((Limit::Comparisons, 50_001)));
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
    let selections = |number: u64| {
        let (threes, ones) = ((number - 1) / 3, (number - 1) % 3);
        let threes = many(threes, "...{...{__typename}}");
        format!("{{ viewer {{ {threes} {} }} }}", many(ones, "__typename "))
    };
    let cases: [(Limit, Document<'_>); 10] = [
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
        (Limit::Selections, Box::new(selections)),
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
fn a_variable_counts_whether_it_is_used_or_defined_or_neither() {
    let items = |number: usize| json!({ "ids": vec!["a"; number] });
    assert!(measured("{ __typename }", items(19_999)).is_ok());
    assert_eq!(measured("{ __typename }", items(20_000)), Err((Limit::Values, 20_001)));
    let shared = "query A($ids: [ID!]!) { nodes(ids: $ids) { id } } query B { ...F ...F }
        fragment F on Query { nodes(ids: $ids) { id } }";
    assert_eq!(
        measured(shared, items(15_000)),
        Err((Limit::Values, 2 * 15_001)),
        "the second operation does not define it"
    );
}

#[test]
fn a_text_counts_by_its_length() {
    let document = "query($id: ID!) { a: node(id: $id) { id } b: node(id: $id) { id } }";
    let text = |bytes: usize| json!({ "id": "x".repeat(bytes) });
    assert!(measured(document, text(9_999 * 64)).is_ok());
    assert_eq!(measured(document, text(10_000 * 64)), Err((Limit::Values, 20_002)));
    let written = format!(
        "{{ {} }}",
        format!("node(id: \"{}\") {{ id }} ", "x".repeat(4_000)).repeat(20)
    );
    assert!(cost(&written).is_ok());
}

#[test]
fn introspection_costs_what_it_answers() {
    let types = cost("{ __schema { types { name } } }").expect("within the limits");
    let fields = cost("{ __schema { types { fields { name } } } }").expect("within the limits");
    assert!(types < fields && fields < 20 * types, "{types} {fields}");
    let many = format!("{{ __schema {{ types {{ fields {{ {} }} }} }} }}", "name ".repeat(790));
    let Err((Limit::Cost, actual)) = cost(&many) else {
        panic!("it answers half a million values");
    };
    assert!(actual > 100_000, "{actual}");
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
        Limit::Selections,
        Limit::RootFields,
        Limit::UnknownFields,
        Limit::Aliases,
        Limit::Directives,
        Limit::Values,
        Limit::Comparisons,
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
