//! The messages of `graphql-transport-ws`, as they are written.

use async_graphql::{Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::graphql::limits::scan;
use crate::http::parameters::Parameters;

/// Most names, values and signs in a message. Its values would take many times the memory of the text.
const MOST_TOKENS: usize = 10_000;

/// An object of JSON.
pub(super) type Object = Map<String, Value>;

/// What a client says. Anything else is an invalid message; what a message has beside its fields is ignored.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    /// Begins the connection.
    ConnectionInit { payload: Option<Object> },
    /// Asks for a pong.
    Ping { payload: Option<Object> },
    /// Answers a ping, or nothing at all.
    Pong {
        #[serde(rename = "payload")]
        _payload: Option<Object>,
    },
    /// Begins an operation.
    Subscribe { id: String, payload: Parameters },
    /// Ends an operation.
    Complete { id: String },
}

impl ClientMessage {
    /// Reads a message, if it is one.
    pub(super) fn read(text: &str) -> Option<Self> {
        if scan(text.as_bytes(), MOST_TOKENS).tokens > MOST_TOKENS {
            return None;
        }
        let object: Object = serde_json::from_str(text).ok()?;
        // A list of their values in order would be read as the fields of a message, too.
        if !matches!(object.get("payload"), None | Some(Value::Null | Value::Object(_))) {
            return None;
        }
        let message = serde_json::from_value(Value::Object(object)).ok()?;
        match &message {
            Self::Subscribe { id, .. } | Self::Complete { id } if id.is_empty() => None,
            Self::Subscribe { payload, .. } if !payload.has_document() => None,
            _ => Some(message),
        }
    }
}

/// What we say.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    /// The connection has begun.
    ConnectionAck,
    /// Answers a ping, with what it said.
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Object>,
    },
    /// An event of an operation.
    Next { id: &'a str, payload: &'a Response },
    /// The operation cannot run; nothing comes of it any more.
    Error { id: &'a str, payload: &'a [ServerError] },
    /// The operation has come to its end.
    Complete { id: &'a str },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameters(text: &str) -> Parameters {
        serde_json::from_str(text).expect("parameters")
    }

    #[test]
    fn a_message_is_read_with_its_optional_parts_absent_or_null() {
        let some = |value: Value| value.as_object().cloned();
        for (text, message) in [
            (
                r#"{"type":"connection_init"}"#,
                ClientMessage::ConnectionInit { payload: None },
            ),
            (
                r#"{"payload":null,"type":"connection_init","x":1}"#,
                ClientMessage::ConnectionInit { payload: None },
            ),
            (
                r#"{"type":"ping","payload":{"a":1}}"#,
                ClientMessage::Ping {
                    payload: some(json!({ "a": 1 })),
                },
            ),
            (r#"{"type":"pong"}"#, ClientMessage::Pong { _payload: None }),
            (
                r#"{"type":"complete","id":"é"}"#,
                ClientMessage::Complete { id: "é".to_owned() },
            ),
            (
                r#"{"type":"subscribe","id":"1","payload":{"query":"q","variables":null,"extensions":{"a":1}}}"#,
                ClientMessage::Subscribe {
                    id: "1".to_owned(),
                    payload: parameters(r#"{"query":"q","extensions":{}}"#),
                },
            ),
            (
                r#"{"type":"subscribe","id":"1","payload":{"documentId":"sha256:1f","variables":{"a":1}}}"#,
                ClientMessage::Subscribe {
                    id: "1".to_owned(),
                    payload: parameters(r#"{"documentId":"sha256:1f","variables":{"a":1}}"#),
                },
            ),
        ] {
            assert_eq!(ClientMessage::read(text), Some(message), "{text}");
        }
    }

    #[test]
    fn what_is_no_message_is_not_read() {
        let deep = format!(
            r#"{{"type":"ping","payload":{{"a":{}{}}}}}"#,
            "[".repeat(200),
            "]".repeat(200)
        );
        let many = |values: usize| format!(r#"{{"type":"ping","payload":{{"a":[1{}]}}}}"#, ",1".repeat(values - 1));
        assert!(ClientMessage::read(&many(9_900)).is_some());
        for text in [
            &many(10_000),
            "",
            "null",
            "ping",
            "[]",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"connection_init""#,
            r#"{"type":"connection_init"} {}"#,
            r#"{"type":"connection_init","payload":"token"}"#,
            r#"{"type":"connection_init","payload":[]}"#,
            r#"{"type":"ping","payload":1}"#,
            r#"{"type":"pong","payload":true}"#,
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"next","id":"1","payload":{}}"#,
            r#"{"type":"error","id":"1","payload":[]}"#,
            r#"{"type":"start","id":"1","payload":{"query":"q"}}"#,
            r#"{"type":"CONNECTION_INIT"}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"complete","id":""}"#,
            r#"{"type":"complete","id":1}"#,
            r#"{"type":"complete","id":null}"#,
            r#"{"type":"subscribe","payload":{"query":"q"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"q"}}"#,
            r#"{"type":"subscribe","id":1,"payload":{"query":"q"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":null}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":["q",null,null,null]}"#,
            r#"["ping",null]"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":null}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"q","variables":[]}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"q","variables":"{}"}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"q","operationName":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"q","extensions":1}}"#,
            &deep,
        ] {
            assert_eq!(ClientMessage::read(text), None, "{text}");
        }
    }

    #[test]
    fn our_messages_are_written_as_the_protocol_has_them() {
        let errors = [ServerError::new("wrong", None)];
        let response = Response::new(async_graphql::value!({ "a": 1 }));
        for (message, text) in [
            (ServerMessage::ConnectionAck, r#"{"type":"connection_ack"}"#),
            (ServerMessage::Pong { payload: None }, r#"{"type":"pong"}"#),
            (
                ServerMessage::Pong {
                    payload: Some(Map::new()),
                },
                r#"{"type":"pong","payload":{}}"#,
            ),
            (
                ServerMessage::Next {
                    id: "1",
                    payload: &response,
                },
                r#"{"type":"next","id":"1","payload":{"data":{"a":1}}}"#,
            ),
            (
                ServerMessage::Error {
                    id: "1",
                    payload: &errors,
                },
                r#"{"type":"error","id":"1","payload":[{"message":"wrong"}]}"#,
            ),
            (ServerMessage::Complete { id: "1" }, r#"{"type":"complete","id":"1"}"#),
        ] {
            assert_eq!(serde_json::to_string(&message).expect("a message"), text);
        }
    }
}
