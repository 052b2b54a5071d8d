//! GraphQL as a client speaks it, with answers that explain themselves when a test did not expect them.

use std::{sync::Arc, time::Duration};

use domain::Clock;
use reqwest::RequestBuilder;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::{Persona, TestDatabase, personas::SideDoor};

/// A client of one server, in this process or in one of its own.
pub struct Client {
    /// Where the server listens, as `http://127.0.0.1:PORT`.
    pub url: String,
    /// The server's clock: `app.clock.set(…)`, `app.clock.advance(…)`. A server in a process of its own has its own.
    pub clock: Clock,
    /// The server's data.
    pub storage: Arc<TestDatabase>,
    /// For requests that are not GraphQL.
    pub http: reqwest::Client,
    pub(super) admin: OnceCell<Persona>,
    /// How personas come into a server of this process.
    pub(super) side_door: Option<SideDoor>,
}

/// Who asks: `&persona`, or `None` for a stranger.
pub trait Viewer<'a>: Into<Option<&'a Persona>> {}

impl<'a, T: Into<Option<&'a Persona>>> Viewer<'a> for T {}

impl Client {
    pub(super) fn new(url: String, clock: Clock, storage: Arc<TestDatabase>) -> Self {
        Self {
            url,
            clock,
            storage,
            http: http(),
            admin: OnceCell::new(),
            side_door: None,
        }
    }

    /// One GraphQL request, ready to be sent.
    pub fn request(&self, token: Option<&str>, query: &str, variables: &Value) -> RequestBuilder {
        let mut request = self.http.post(format!("{}/graphql", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let request = request.header("Accept", "application/graphql-response+json");
        request.json(&json!({ "query": query, "variables": variables }))
    }

    /// One GraphQL request, whatever it answers.
    pub async fn graphql(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let response = self.request(token, query, &variables).send().await;
        let text = response
            .expect("the server answers")
            .text()
            .await
            .expect("the whole answer");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in the answer {text:?} to {query}"))
    }

    /// One GraphQL request as somebody, whatever it answers; without its number, which no two answers share.
    pub async fn ask<'a>(&self, who: impl Viewer<'a>, query: &str, variables: Value) -> Value {
        let mut answer = match who.into() {
            Some(persona) => self.graphql(Some(&self.token(persona).await), query, variables).await,
            None => self.graphql(None, query, variables).await,
        };
        if let Some(extensions) = answer.get_mut("extensions").and_then(Value::as_object_mut) {
            extensions.remove("requestId");
        }
        answer
    }

    /// The `data` of a request that must succeed: neither `errors` nor `userErrors`.
    pub async fn data<'a>(&self, who: impl Viewer<'a>, query: &str, variables: Value) -> Value {
        let mut response = self.ask(who, query, variables.clone()).await;
        let refused = user_errors(&response).next().is_some();
        assert!(
            response.get("errors").is_none() && !refused,
            "{query}\n{variables:#}\nanswered {response:#}"
        );
        response["data"].take()
    }

    /// The `userErrors` of a request that must be refused.
    pub async fn refusals<'a>(&self, who: impl Viewer<'a>, query: &str, variables: Value) -> Vec<Value> {
        let response = self.ask(who, query, variables.clone()).await;
        let refusals: Vec<Value> = user_errors(&response).cloned().collect();
        let is_refusal = response.get("errors").is_none() && !refusals.is_empty();
        assert!(
            is_refusal,
            "{query}\n{variables:#}\nwas to be refused and answered {response:#}"
        );
        refusals
    }

    /// The `extensions.code` of a request that must end in exactly one GraphQL error.
    pub async fn error_code<'a>(&self, who: impl Viewer<'a>, query: &str, variables: Value) -> String {
        let response = self.ask(who, query, variables.clone()).await;
        let errors = response["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert_eq!(
            errors.len(),
            1,
            "{query}\n{variables:#}\nwas to end in one error and answered {response:#}"
        );
        text(&errors[0]["extensions"]["code"])
    }

    /// The payload of a mutation that must succeed: `app.mutate(&admin, "createFund", json!({…}), "fund { id }")`.
    pub async fn mutate<'a>(&self, who: impl Viewer<'a>, name: &str, input: Value, selection: &str) -> Value {
        let mut data = self
            .data(who, &mutation(name, selection), json!({ "input": input }))
            .await;
        data[name].take()
    }

    /// The codes of the `userErrors` of a mutation that must be refused.
    pub async fn mutation_refused<'a>(&self, who: impl Viewer<'a>, name: &str, input: Value) -> Vec<String> {
        let refusals = self.mutation_refusals(who, name, input).await;
        refusals.iter().map(|refusal| text(&refusal["code"])).collect()
    }

    /// The `userErrors` of a mutation that must be refused, each as its code and the path of the value it is about:
    /// `VALIDATION criteria.0.weight`.
    pub async fn mutation_reasons<'a>(&self, who: impl Viewer<'a>, name: &str, input: Value) -> Vec<String> {
        let refusals = self.mutation_refusals(who, name, input).await;
        refusals.iter().map(reason).collect()
    }

    /// The `userErrors` of a mutation that must be refused.
    pub async fn mutation_refusals<'a>(&self, who: impl Viewer<'a>, name: &str, input: Value) -> Vec<Value> {
        self.refusals(who, &mutation(name, ""), json!({ "input": input })).await
    }

    /// Whatever a mutation answers.
    pub async fn attempt<'a>(&self, who: impl Viewer<'a>, name: &str, input: Value, selection: &str) -> Value {
        self.ask(who, &mutation(name, selection), json!({ "input": input }))
            .await
    }

    /// The `extensions.code` of a mutation that must end in exactly one GraphQL error.
    pub async fn mutation_error<'a>(&self, who: impl Viewer<'a>, name: &str, input: Value) -> String {
        self.error_code(who, &mutation(name, ""), json!({ "input": input }))
            .await
    }
}

/// A client that gives its connections up well before the server does: a request sent on a connection that the server
/// is just closing would fail, and nobody could tell whether it was heard.
fn http() -> reqwest::Client {
    http_builder().build().expect("a client")
}

/// What every client of a test is made from.
pub fn http_builder() -> reqwest::ClientBuilder {
    // Which cryptography is left to whoever builds a client; asked for twice, it is there already.
    drop(rustls::crypto::ring::default_provider().install_default());
    // Trusts no certificate of the machine's: few tests need any, and there may be none.
    reqwest::Client::builder()
        .pool_idle_timeout(Duration::from_secs(1))
        .tls_certs_only([])
}

/// The text of a mutation: by the convention of the contract, its one input is called after it.
pub fn mutation(name: &str, selection: &str) -> String {
    let (first, rest) = name.split_at(1);
    let input = format!("{}{rest}Input", first.to_uppercase());
    let payload = format!("{selection} userErrors {{ code field message details }}");
    format!("mutation($input: {input}!) {{ {name}(input: $input) {{ {payload} }} }}")
}

/// The `userErrors` of every payload of a response.
fn user_errors(response: &Value) -> impl Iterator<Item = &Value> {
    let payloads = response["data"].as_object().into_iter().flat_map(Map::values);
    payloads
        .filter_map(|payload| payload["userErrors"].as_array())
        .flatten()
}

/// A `userErrors` entry as its code and the path of the value it is about.
fn reason(refusal: &Value) -> String {
    let path: Vec<String> = refusal["field"].as_array().into_iter().flatten().map(text).collect();
    format!("{} {}", text(&refusal["code"]), path.join("."))
        .trim_end()
        .to_owned()
}

/// A value that must be a text.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not a text"))
        .to_owned()
}
