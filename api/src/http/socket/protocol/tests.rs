use async_graphql::value;
use serde_json::json;

use super::*;

const INIT: &str = r#"{"type":"connection_init"}"#;
const PING: &str = r#"{"type":"ping"}"#;
const PONG: &str = r#"{"type":"pong"}"#;

fn subscribe(id: &str) -> String {
    json!({ "type": "subscribe", "id": id, "payload": { "query": "subscription { a }" } }).to_string()
}

fn complete(id: &str) -> String {
    json!({ "type": "complete", "id": id }).to_string()
}

/// A connection of each phase.
fn phases() -> [(Phase, Protocol); 3] {
    let new = Protocol::new(2);
    let mut initialising = Protocol::new(2);
    initialising.receive(INIT);
    [
        (Phase::New, new),
        (Phase::Initialising, initialising),
        (Phase::Acknowledged, acknowledged()),
    ]
}

fn acknowledged() -> Protocol {
    let mut protocol = Protocol::new(2);
    assert_eq!(protocol.receive(INIT), Step::Authenticate(Object::new()));
    assert!(!protocol.is_acknowledged());
    let ack = Step::Send(r#"{"type":"connection_ack"}"#.to_owned());
    assert_eq!(protocol.acknowledge(), ack);
    assert!(protocol.is_acknowledged());
    protocol
}

/// What a step is, in short.
fn short(step: &Step) -> String {
    match step {
        Step::Wait => "wait".to_owned(),
        Step::Authenticate(_) => "authenticate".to_owned(),
        Step::Send(text) => text.clone(),
        Step::Start(id, _) => format!("start {id}"),
        Step::Stop(id) => format!("stop {id}"),
        Step::Close(closure) => format!("{closure:?}"),
    }
}

fn closed(closure: &Closure) -> String {
    format!("{closure:?}")
}

#[test]
fn every_message_in_every_phase_has_its_answer() {
    let pong = r#"{"type":"pong"}"#;
    let (invalid, early, again) = (
        closed(&Closure::INVALID),
        closed(&Closure::UNAUTHORIZED),
        closed(&Closure::INITIALISED),
    );
    let table: [(&str, [&str; 3]); 7] = [
        (INIT, ["authenticate", &again, &again]),
        (PING, [pong; 3]),
        (PONG, ["wait"; 3]),
        (&subscribe("1"), [&early, &early, "start 1"]),
        (&complete("1"), ["wait"; 3]),
        ("{}", [&invalid; 3]),
        (r#"{"type":"connection_ack"}"#, [&invalid; 3]),
    ];
    for (text, answers) in table {
        for ((phase, mut protocol), answer) in phases().into_iter().zip(answers) {
            assert_eq!(short(&protocol.receive(text)), answer, "{text} in {phase:?}");
        }
    }
}

#[test]
fn what_a_client_says_to_begin_and_to_ping_is_handed_on() {
    let mut protocol = Protocol::new(2);
    let text = r#"{"type":"connection_init","payload":{"Authorization":"Bearer a"}}"#;
    let payload = json!({ "Authorization": "Bearer a" });
    assert_eq!(
        protocol.receive(text),
        Step::Authenticate(payload.as_object().cloned().expect("an object"))
    );
    let answer = protocol.receive(r#"{"type":"ping","payload":{"at":1}}"#);
    assert_eq!(short(&answer), r#"{"type":"pong","payload":{"at":1}}"#);
}

#[test]
fn a_stranger_is_not_told_what_they_sent_unless_it_is_little() {
    let text = |length: usize| {
        let around = json!({ "type": "ping", "payload": { "a": "" } }).to_string();
        around.replace("\"\"", &format!("\"{}\"", "x".repeat(length - around.len())))
    };
    for (length, strangers) in [(125, true), (126, false), (60_000, false)] {
        for (phase, mut protocol) in phases() {
            let answer = short(&protocol.receive(&text(length)));
            assert!(answer.starts_with(r#"{"type":"pong""#), "{answer}");
            let is_echoed = strangers || phase == Phase::Acknowledged;
            assert_eq!(answer.contains('x'), is_echoed, "{length} in {phase:?}");
        }
    }
}

#[test]
fn an_operation_is_told_of_until_it_ends() {
    let mut protocol = acknowledged();
    protocol.receive(&subscribe("1"));
    let event = Response::new(value!({ "a": 1 }));
    let next = r#"{"type":"next","id":"1","payload":{"data":{"a":1}}}"#;
    for _ in 0..2 {
        assert_eq!(short(&protocol.event("1", Some(&event))), next);
    }
    assert!(protocol.is_active("1"));
    assert_eq!(short(&protocol.event("1", None)), r#"{"type":"complete","id":"1"}"#);
    assert!(!protocol.is_active("1"));
    assert_eq!(protocol.event("1", Some(&event)), Step::Wait);
    assert_eq!(protocol.event("1", None), Step::Wait);
    assert_eq!(
        short(&protocol.receive(&subscribe("1"))),
        "start 1",
        "its name is free again"
    );
}

#[test]
fn an_operation_that_cannot_run_is_an_error_and_nothing_after_it() {
    let mut protocol = acknowledged();
    protocol.receive(&subscribe("1"));
    let refused = refuse(Error::NotFound);
    let answer = short(&protocol.event("1", Some(&refused)));
    assert!(
        answer.starts_with(r#"{"type":"error","id":"1","payload":[{"#),
        "{answer}"
    );
    assert!(answer.contains(r#""code":"NOT_FOUND""#), "{answer}");
    assert!(!protocol.is_active("1"));
    assert_eq!(protocol.event("1", None), Step::Wait);
}

#[test]
fn an_error_in_an_event_is_a_part_of_it() {
    let mut protocol = acknowledged();
    protocol.receive(&subscribe("1"));
    let mut event = refuse(Error::Forbidden);
    event.data = value!({ "a": Value::Null });
    let answer = short(&protocol.event("1", Some(&event)));
    assert!(answer.starts_with(r#"{"type":"next","id":"1","payload":{"#), "{answer}");
    assert!(
        answer.contains(r#""data":{"a":null}"#) && answer.contains("FORBIDDEN"),
        "{answer}"
    );
    assert!(protocol.is_active("1"));
}

#[test]
fn a_client_ends_its_operations_and_nobody_elses() {
    let mut protocol = acknowledged();
    protocol.receive(&subscribe("1"));
    protocol.receive(&subscribe("2"));
    assert_eq!(short(&protocol.receive(&complete("1"))), "stop 1");
    assert_eq!(protocol.receive(&complete("1")), Step::Wait);
    assert_eq!(protocol.receive(&complete("3")), Step::Wait);
    assert_eq!(
        protocol.event("1", Some(&Response::new(value!({ "a": 1 })))),
        Step::Wait
    );
    assert!(protocol.is_active("2"));
}

#[test]
fn two_operations_of_one_name_close_the_socket() {
    let mut protocol = acknowledged();
    protocol.receive(&subscribe("é"));
    let answer = protocol.receive(&subscribe("é"));
    assert_eq!(answer, Step::Close(Closure::duplicate("é")));
    assert!(short(&answer).contains("Subscriber for é already exists"));
}

#[test]
fn one_operation_too_many_is_refused_and_the_others_go_on() {
    let mut protocol = acknowledged();
    protocol.receive(&subscribe("1"));
    protocol.receive(&subscribe("2"));
    let answer = short(&protocol.receive(&subscribe("3")));
    assert!(answer.starts_with(r#"{"type":"error","id":"3""#), "{answer}");
    assert!(answer.contains("BAD_USER_INPUT"), "{answer}");
    assert!(protocol.is_active("1") && protocol.is_active("2") && !protocol.is_active("3"));
    protocol.receive(&complete("1"));
    assert_eq!(short(&protocol.receive(&subscribe("3"))), "start 3");
}

#[test]
fn a_client_without_a_sign_of_life_is_given_up() {
    let mut protocol = Protocol::new(2);
    assert!(protocol.ping() && protocol.ping());
    assert!(!protocol.ping());
    protocol.hear();
    assert!(protocol.ping());
}
