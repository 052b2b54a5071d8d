//! Lists come in pages that add up to the whole, whatever is added meanwhile.

use serde_json::{Value, json};

use crate::flows::stage::{self, File, draft_input};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    pages_forward_and_backward_make_the_whole_list,
    a_cursor_keeps_its_place_when_the_list_grows,
    a_page_between_two_cursors_holds_what_is_between_them,
    a_page_that_is_none_is_refused,
    the_size_of_a_page_may_be_left_out_wherever_it_is_asked_for,
];

const PAGE: &str = "query($first: Int, $after: String, $last: Int, $before: String) {
    applications(first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { reference } edges { cursor node { reference } }
        pageInfo { hasPreviousPage hasNextPage startCursor endCursor }
    }
}";

async fn page(app: &TestApp, file: &File, arguments: Value) -> Value {
    app.data(&file.applicant, PAGE, arguments).await["applications"].take()
}

/// The numbers of the applications on a page.
fn numbers(page: &Value) -> Vec<u32> {
    let nodes = page["nodes"].as_array().expect("nodes");
    let edges = page["edges"].as_array().expect("edges");
    assert!(nodes.iter().eq(edges.iter().map(|edge| &edge["node"])), "{page:#}");
    let reference = |node: &Value| text(&node["reference"]);
    let number = |reference: String| reference.rsplit('-').next().and_then(|number| number.parse().ok());
    nodes
        .iter()
        .map(|node| number(reference(node)).expect("a number"))
        .collect()
}

async fn seven_drafts(app: &TestApp) -> File {
    let file = stage::application_drafted(app).await;
    for _ in 0..6 {
        draft(app, &file).await;
    }
    file
}

async fn draft(app: &TestApp, file: &File) {
    file.apply(app, &file.applicant, draft_input(&file.call_id, &file.organisation_id))
        .await;
}

async fn pages_forward_and_backward_make_the_whole_list(app: TestApp) {
    let file = seven_drafts(&app).await;
    for size in [1, 3, 7, 100] {
        let (mut forward, mut after) = (Vec::new(), Value::Null);
        loop {
            let next = page(&app, &file, json!({ "first": size, "after": after })).await;
            assert_eq!(next["totalCount"], 7, "of the list, not of the page");
            assert_eq!(next["pageInfo"]["hasPreviousPage"], !forward.is_empty());
            forward.extend(numbers(&next));
            after = next["pageInfo"]["endCursor"].clone();
            if next["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(forward, [1, 2, 3, 4, 5, 6, 7], "by {size}");
        let (mut backward, mut before) = (Vec::new(), Value::Null);
        loop {
            let previous = page(&app, &file, json!({ "last": size, "before": before })).await;
            assert_eq!(previous["pageInfo"]["hasNextPage"], !backward.is_empty());
            backward.splice(0..0, numbers(&previous));
            before = previous["pageInfo"]["startCursor"].clone();
            if previous["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
        }
        assert_eq!(backward, [1, 2, 3, 4, 5, 6, 7], "by {size}");
    }
    assert_eq!(
        numbers(&page(&app, &file, json!({})).await).len(),
        7,
        "20 when nobody says"
    );
}

async fn a_cursor_keeps_its_place_when_the_list_grows(app: TestApp) {
    let file = seven_drafts(&app).await;
    let first = page(&app, &file, json!({ "first": 5 })).await;
    assert_eq!(numbers(&first), [1, 2, 3, 4, 5]);
    for _ in 0..2 {
        draft(&app, &file).await;
    }
    let rest = page(&app, &file, json!({ "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!(numbers(&rest), [6, 7, 8, 9], "none twice, none left out");
    assert_eq!(rest["totalCount"], 9);
    let again = page(&app, &file, json!({ "first": 5 })).await;
    assert_eq!(again["edges"], first["edges"]);
}

async fn a_page_between_two_cursors_holds_what_is_between_them(app: TestApp) {
    let file = seven_drafts(&app).await;
    let whole = page(&app, &file, json!({})).await;
    let cursor = |index: usize| whole["edges"][index]["cursor"].clone();
    let between = page(&app, &file, json!({ "after": cursor(1), "before": cursor(5) })).await;
    assert_eq!(numbers(&between), [3, 4, 5]);
    let end = page(
        &app,
        &file,
        json!({ "last": 2, "after": cursor(1), "before": cursor(5) }),
    )
    .await;
    assert_eq!(numbers(&end), [4, 5]);
    let nothing = page(&app, &file, json!({ "after": cursor(6) })).await;
    assert_eq!(numbers(&nothing), [0; 0]);
    assert_eq!(nothing["pageInfo"]["endCursor"], Value::Null);
}

async fn a_page_that_is_none_is_refused(app: TestApp) {
    let file = seven_drafts(&app).await;
    for arguments in [
        json!({ "first": 0 }),
        json!({ "first": -1 }),
        json!({ "first": 101 }),
        json!({ "last": 2_147_483_647 }),
        json!({ "first": 1, "last": 1 }),
        json!({ "after": "" }),
        json!({ "before": "not a cursor" }),
        json!({ "after": file.application_id }),
    ] {
        let code = app.error_code(&file.applicant, PAGE, arguments.clone()).await;
        assert_eq!(code, "BAD_USER_INPUT", "{arguments}");
    }
}

async fn the_size_of_a_page_may_be_left_out_wherever_it_is_asked_for(app: TestApp) {
    let file = seven_drafts(&app).await;
    for query in [
        "query($size: Int) { applications(first: $size) { totalCount } }",
        "query($size: Int) { applications(last: $size) { totalCount } }",
        "query($size: Int = 3) { applications(first: $size) { totalCount } }",
        "query($size: Int) { ...F } fragment F on Query { applications(first: $size) { totalCount } }",
        "query($size: Int) { ... on Query { calls { nodes { applications(first: $size) { totalCount } } } } }",
    ] {
        for variables in [json!({}), json!({ "size": 5 }), json!({ "size": null })] {
            let answer = app.data(&file.applicant, query, variables).await;
            assert!(answer.to_string().contains(r#"{"totalCount":7}"#), "{query}: {answer}");
        }
        let code = app.error_code(&file.applicant, query, json!({ "size": 101 })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{query}");
    }
    let required = "query($size: Int!) { applications(first: $size) { totalCount } }";
    let code = app.error_code(&file.applicant, required, json!({})).await;
    assert_eq!(code, "BAD_USER_INPUT");
}
