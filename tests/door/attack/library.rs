//! Documents of ordinary size that would keep the library busy: with what it expands, copies or compares, and with what
//! it has to say of each of a million pairs.

use serde_json::{Value, json};

use super::{Attack, attack, doubling, many};

/// All of them.
pub(super) fn attacks() -> impl Iterator<Item = Attack> {
    fragments()
        .into_iter()
        .chain(variables())
        .chain(pairs())
        .chain(operations())
        .chain(strings())
        .chain(introspection())
}

fn with(name: &'static str, body: &Value, reason: &'static str) -> Attack {
    Attack {
        name,
        body: body.to_string(),
        status: 400,
        reason,
    }
}

fn fragments() -> [Attack; 3] {
    let leaf = |fragments: usize, inside: &str| doubling(fragments).replace("{__typename}", inside);
    let unused = format!("{{__typename}}fragment A on Query{{{}}}", many(1_900, "a "));
    [
        attack(
            "fragments that double and lead to none",
            &leaf(36, "{...Nope}"),
            "BAD_USER_INPUT",
        ),
        attack("fragments that double", &leaf(36, "{__typename}"), "FIELDS"),
        attack("a fragment that nothing leads to", &unused, "BAD_USER_INPUT"),
    ]
}

fn variables() -> [Attack; 6] {
    let uses = many(4_000, "$v ");
    let nodes = format!("nodes(ids:[{uses}]){{__typename}}");
    let values = |number: usize| json!({ "v": vec![0; number] });
    let defined = format!("query($v:[ID!]!){{nodes(ids:$v){{__typename}}...A}}fragment A on Query{{{nodes}}}");
    let undefined =
        format!("query A($v:[ID!]!){{nodes(ids:$v){{__typename}}}}query B{{...C}}fragment C on Query{{{nodes}}}");
    let unused = format!("query($v:[ID!]!){{nodes(ids:$v){{__typename}}}}fragment A on Query{{{nodes}}}");
    [
        with(
            "a large variable that is not defined",
            &json!({ "query": format!("{{{nodes}}}"), "variables": values(99_000) }),
            "VALUES",
        ),
        with(
            "a variable that is not defined, many times over",
            &json!({ "query": format!("{{{nodes}}}"), "variables": values(19_000) }),
            "BAD_USER_INPUT",
        ),
        with(
            "a variable of a fragment",
            &json!({ "query": defined, "variables": values(15_000) }),
            "VALUES",
        ),
        with(
            "a variable of a fragment that nothing leads to",
            &json!({ "query": unused, "variables": values(15_000) }),
            "BAD_USER_INPUT",
        ),
        with(
            "a variable that another operation defines",
            &json!({ "query": undefined, "variables": values(15_000), "operationName": "A" }),
            "VALUES",
        ),
        with(
            "a long text many times over",
            &json!({ "query": format!("query($v:ID!){{{nodes}}}"), "variables": { "v": many(900_000, "x") } }),
            "VALUES",
        ),
    ]
}

fn pairs() -> [Attack; 5] {
    let arguments = |number: usize| (0..number).map(|one| format!("a{one}:1 ")).collect::<String>();
    let different: String = (0..1_200).map(|one| format!("roles(b:{one})")).collect();
    [
        attack(
            "an argument many times over, on one field of many",
            &format!(
                "{{viewer{{roles({})roles {}}}}}",
                many(2_600, "a:1 "),
                many(1_980, "roles ")
            ),
            "BAD_USER_INPUT",
        ),
        attack(
            "an argument many times over",
            &format!("{{viewer{{roles({})}}}}", many(3_000, "a:1 ")),
            "BAD_USER_INPUT",
        ),
        attack(
            "fields of one name with different arguments",
            &format!("{{viewer{{{different}}}}}"),
            "BAD_USER_INPUT",
        ),
        attack(
            "different fields of one name",
            &format!("{{viewer{{{}}}}}", many(45, "a:user{id} a:roles{role} ")),
            "BAD_USER_INPUT",
        ),
        attack(
            "two fields with many arguments",
            &format!("{{viewer{{roles({0}){{role}} roles({0}){{role}}}}}}", arguments(1_200)),
            "COMPARISONS",
        ),
    ]
}

/// Many operations around one fragment, which is looked at again from each level that it is spread in.
fn operations() -> [Attack; 2] {
    let many_operations = |fragment: &str| {
        let levels = (0..30).fold("...A".to_owned(), |inside, _| format!("...{{{inside}}}"));
        let operations: String = (0..20)
            .map(|one| format!("query Q{one}{{viewer{{{levels}}}}}"))
            .collect();
        json!({ "query": format!("{operations}fragment A on Viewer{{{fragment}}}"), "operationName": "Q0" })
    };
    let different: String = (0..1_200).map(|one| format!("roles(b:{one})")).collect();
    [
        with(
            "operations with fields that differ",
            &many_operations(&different),
            "BAD_USER_INPUT",
        ),
        with(
            "operations with fields that do not",
            &many_operations(&many(1_900, "__typename ")),
            "COMPARISONS",
        ),
    ]
}

/// Strings that might begin with three quotes, for the end of which the parser looks each time.
fn strings() -> [Attack; 2] {
    [
        attack(
            "brackets after three quotes",
            &format!("{{a(b:\"\"\"\" c:{}", many(4_000, "[")),
            "NESTING",
        ),
        attack(
            "three quotes without end",
            &format!(
                "{{a(b:[\"\"\"{}x\"])}}#{}",
                many(4_000, "x\\\"\"\"\"\""),
                many(60_000, "x")
            ),
            "BAD_USER_INPUT",
        ),
    ]
}

fn introspection() -> [Attack; 2] {
    let names = many(790, "name ");
    [
        attack(
            "all fields of all types, many times over",
            &format!("{{__schema{{types{{fields{{{names}}}}}}}}}"),
            "COST",
        ),
        attack(
            "all fields of the largest types, many times over",
            &format!("{{__type(name:\"Query\"){{fields{{{names}}}}}__schema{{mutationType{{fields{{{names}}}}}}}}}"),
            "COST",
        ),
    ]
}
