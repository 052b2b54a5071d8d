//! Refusals are told in the language of the reader.

use serde_json::{Value, json};

use super::stage;
use crate::harness::{TestApp, mutation, on_both_databases, text};

on_both_databases![
    a_refusal_is_told_in_french_or_in_english_as_the_reader_asks,
    a_replayed_refusal_is_told_in_the_language_of_the_repeat,
];

async fn a_refusal_is_told_in_french_or_in_english_as_the_reader_asks(app: TestApp) {
    let input = json!({ "email": "nowhere", "displayName": "Ada", "password": "a long enough password" });
    let french = "Donnez une adresse électronique, par exemple ada@example.org.";
    let english = "Give an e-mail address, such as ada@example.org.";
    for (languages, expected) in [
        ("fr", french),
        ("fr-CA, en;q=0.8", french),
        ("de, fr;q=0.2", french),
        ("en", english),
        ("en, fr;q=0.9", english),
        ("", english),
    ] {
        let told = tell(&app, None, languages, "registerUser", &input).await;
        assert_eq!(text(&told["message"]), expected, "{languages}");
        assert_eq!(told["code"], "VALIDATION", "the code is for programs, in any language");
    }
}

async fn a_replayed_refusal_is_told_in_the_language_of_the_repeat(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let token = app.token(&fund.finance).await;
    let input = stage::Fund::allocation_input(&fund.programme_id, "200000.01");
    let mut told = Vec::new();
    for languages in ["en", "fr"] {
        let refusal = tell(&app, Some(&token), languages, "allocateBudget", &input).await;
        told.push(text(&refusal["message"]));
    }
    assert_eq!(
        told,
        [
            "200000.01 EUR requested, 200000.00 EUR available: unallocated envelope.",
            "200000.01 EUR demandés, 200000.00 EUR disponibles : enveloppe non répartie."
        ]
    );
}

/// The one reason why a mutation is refused, in the language that the request prefers.
async fn tell(app: &TestApp, token: Option<&str>, languages: &str, name: &str, input: &Value) -> Value {
    let request = app.request(token, &mutation(name, ""), &json!({ "input": input }));
    let response = request.header("Accept-Language", languages).send().await;
    let text = response.expect("the server answers").text().await.expect("the answer");
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    let reasons = answer["data"][name]["userErrors"].as_array().expect("reasons");
    assert_eq!(reasons.len(), 1, "{answer:#}");
    reasons[0].clone()
}
