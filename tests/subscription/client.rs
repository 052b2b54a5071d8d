//! A client of `graphql-transport-ws`, which says what it is told to, be it wrong.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::{Client, Viewer, text};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open socket.
pub struct Socket {
    pub stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The subprotocol that the server has chosen.
    pub subprotocol: Option<String>,
}

impl Socket {
    /// Opens a socket with these headers.
    pub async fn knock(client: &Client, headers: &[(&'static str, &str)]) -> Self {
        let url = client.url.replacen("http", "ws", 1);
        let mut request = format!("{url}/graphql").into_client_request().expect("a request");
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header");
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        let (stream, response) = connect_async(request).await.expect("the server switches protocols");
        let subprotocol = response.headers().get("sec-websocket-protocol");
        Self {
            stream,
            subprotocol: subprotocol.map(|name| name.to_str().expect("a name").to_owned()),
        }
    }

    /// Opens a socket of the protocol.
    pub async fn open(client: &Client) -> Self {
        Self::knock(client, &[("sec-websocket-protocol", "graphql-transport-ws")]).await
    }

    /// Opens a socket, and says who it is for.
    pub async fn of<'a>(client: &Client, who: impl Viewer<'a>) -> Self {
        let socket = Self::attempt(client, who).await;
        socket.unwrap_or_else(|closed| panic!("the socket was closed: {closed:?}"))
    }

    /// Opens a socket, and says who it is for; else the code and the reason with which the server closes it.
    pub async fn attempt<'a>(client: &Client, who: impl Viewer<'a>) -> Result<Self, (u16, String)> {
        let mut socket = Self::open(client).await;
        let payload = match who.into() {
            Some(persona) => json!({ "authorization": format!("Bearer {}", client.token(persona).await) }),
            None => Value::Null,
        };
        // It may be closed already.
        let init = json!({ "type": "connection_init", "payload": payload });
        drop(socket.stream.send(Message::text(init.to_string())).await);
        assert_eq!(socket.answer().await?, json!({ "type": "connection_ack" }));
        Ok(socket)
    }

    /// Says who it is.
    pub async fn init(&mut self, payload: Value) {
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
    }

    /// Subscribes to the figures of a budget.
    pub async fn follow(&mut self, id: &str, node: &str) {
        self.subscribe(id, &FOLLOW.replace('…', FIGURES), json!({ "node": node }))
            .await;
    }

    /// Runs an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    /// Ends an operation.
    pub async fn complete(&mut self, id: &str) {
        self.say(json!({ "type": "complete", "id": id })).await;
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: Message) {
        self.stream.send(frame).await.expect("the server is there");
    }

    /// The next message.
    pub async fn hear(&mut self) -> Value {
        match self.frame().await {
            Message::Text(text) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("a message was to come, and it was {other:?}"),
        }
    }

    /// The next message; else the code and the reason with which the server closes.
    pub async fn answer(&mut self) -> Result<Value, (u16, String)> {
        match self.frame().await {
            Message::Text(text) => Ok(serde_json::from_str(&text).expect("JSON")),
            Message::Close(Some(close)) => Err((close.code.into(), close.reason.to_string())),
            other => panic!("an answer was to come, and it was {other:?}"),
        }
    }

    /// The next event of an operation: the whole payload.
    pub async fn event(&mut self, id: &str) -> Value {
        let mut message = self.hear().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("next"), &json!(id)),
            "{message:#}"
        );
        message["payload"].take()
    }

    /// What the next event says is available.
    pub async fn available(&mut self, id: &str) -> String {
        let event = self.event(id).await;
        text(&event["data"]["budgetChanged"]["budget"]["available"]["amount"])
    }

    /// Events until one says that so much is available.
    pub async fn until_available(&mut self, id: &str, amount: &str) -> usize {
        let mut count = 1;
        while self.available(id).await != amount {
            count += 1;
        }
        count
    }

    /// The codes of the errors by which an operation is refused; it must be.
    pub async fn refused(&mut self, id: &str) -> Vec<String> {
        let message = self.hear().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("error"), &json!(id)),
            "{message:#}"
        );
        let errors = message["payload"].as_array().expect("errors");
        errors.iter().map(|error| text(&error["extensions"]["code"])).collect()
    }

    /// The code and the reason with which the server closes; nothing else may come before.
    pub async fn closed(&mut self) -> (u16, String) {
        match self.frame().await {
            Message::Close(Some(close)) => (close.code.into(), close.reason.to_string()),
            other => panic!("the socket was to be closed, and it was {other:?}"),
        }
    }

    /// Waits until the server is gone, without a word.
    pub async fn lost(&mut self) {
        loop {
            match timeout(PATIENCE, self.stream.next())
                .await
                .expect("the server does not go")
            {
                Some(Ok(Message::Close(close))) => panic!("the socket was closed: {close:?}"),
                Some(Ok(_)) => {}
                Some(Err(Error::Protocol(_) | Error::Io(_) | Error::ConnectionClosed)) | None => return,
                Some(Err(error)) => panic!("{error}"),
            }
        }
    }

    /// What the next pong of a frame carries.
    pub async fn pong(&mut self) -> Bytes {
        loop {
            let frame = timeout(PATIENCE, self.stream.next()).await.expect("nothing comes");
            if let Message::Pong(payload) = frame.expect("the server is there").expect("a frame") {
                return payload;
            }
        }
    }

    /// What the server closes with when the client leaves.
    pub async fn leave(&mut self) -> Option<u16> {
        self.stream.close(None).await.expect("the server is there");
        match timeout(PATIENCE, self.stream.next())
            .await
            .expect("the server does not answer")
        {
            Some(Ok(Message::Close(close))) => close.map(|close| close.code.into()),
            other => panic!("the socket was to be closed, and it was {other:?}"),
        }
    }

    /// Whether nothing is said for a while.
    pub async fn is_quiet(&mut self, time: Duration) -> bool {
        timeout(time, self.frame()).await.is_err()
    }

    /// The next frame that is not the library's business.
    async fn frame(&mut self) -> Message {
        loop {
            let frame = timeout(PATIENCE, self.stream.next()).await.expect("nothing comes");
            match frame.expect("the server is there").expect("a frame") {
                Message::Ping(_) | Message::Pong(_) => {}
                other => return other,
            }
        }
    }
}

/// A subscription to the figures of a budget.
const FOLLOW: &str = "subscription($node: ID!) { budgetChanged(node: $node) { nodeId budget { … } } }";
/// The same, once, and in the same place of its line: errors name it.
const ONCE: &str = "query       ($node: ID!) { budget(node: $node) { … } }";
/// Every kind of figure of a budget.
const FIGURES: &str = "opened { amount currency } allocated { amount } available { amount } reserved { amount } \
     committed { amount } commitmentRateBasisPoints";

/// What a query of the same figures answers, as the subscription would.
pub async fn once<'a>(client: &Client, who: impl Viewer<'a>, node: &str) -> Value {
    let mut answer = client
        .ask(who, &ONCE.replace('…', FIGURES), json!({ "node": node }))
        .await;
    let told = match answer["data"]["budget"].take() {
        Value::Null => {
            answer["errors"][0]["path"] = json!(["budgetChanged"]);
            Value::Null
        }
        budget => json!({ "nodeId": node, "budget": budget }),
    };
    let errors = answer["errors"].take();
    let data = json!({ "budgetChanged": told });
    if errors.is_null() {
        json!({ "data": data })
    } else {
        json!({ "data": data, "errors": errors })
    }
}
