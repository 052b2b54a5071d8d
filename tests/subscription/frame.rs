//! What is no message of the protocol closes the socket.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::client::Socket;
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    what_is_no_message_closes_the_socket,
    a_message_over_the_limit_closes_the_socket,
    a_frame_is_refused_by_the_length_it_announces,
];

/// The largest message.
const LARGEST: usize = 64 * 1024;

async fn what_is_no_message_closes_the_socket(app: TestApp) {
    for text in [
        "",
        "ping",
        "{}",
        r#"{"type":"connection_ack"}"#,
        r#"{"type":"start","id":"1","payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#,
        r#"{"type":"complete"}"#,
    ] {
        let mut socket = Socket::of(&app, None).await;
        socket.send(Message::text(text)).await;
        assert_eq!(socket.closed().await, (4400, "Invalid message".to_owned()), "{text}");
    }
    let mut socket = Socket::open(&app).await;
    socket.send(Message::binary(r#"{"type":"connection_init"}"#)).await;
    assert_eq!(socket.closed().await.0, 4400);
}

/// A ping of so many bytes.
fn ping(length: usize) -> String {
    let around = json!({ "type": "ping", "payload": { "a": "" } }).to_string();
    around.replace("\"\"", &format!("\"{}\"", "x".repeat(length - around.len())))
}

fn frame(text: &[u8], opcode: Data, is_final: bool) -> Message {
    Message::Frame(Frame::message(text.to_vec(), OpCode::Data(opcode), is_final))
}

async fn a_message_over_the_limit_closes_the_socket(app: TestApp) {
    let (fits, large) = (ping(LARGEST), ping(LARGEST + 1));
    assert_eq!((fits.len(), large.len()), (LARGEST, LARGEST + 1));
    let mut socket = Socket::of(&app, None).await;
    for text in [&fits, &large] {
        let (first, rest) = text.as_bytes().split_at(40_000);
        socket.send(frame(first, Data::Text, false)).await;
        socket.send(frame(rest, Data::Continue, true)).await;
        if text.len() == LARGEST {
            assert_eq!(socket.hear().await["type"], "pong");
        }
    }
    assert_eq!(socket.closed().await, (1009, "A message has at most 64 KiB".to_owned()));
    let mut socket = Socket::open(&app).await;
    socket.send(Message::text(fits)).await;
    assert_eq!(socket.hear().await["type"], "pong");
    socket.send(Message::text(large)).await;
    assert_eq!(socket.closed().await.0, 1009);
}

async fn a_frame_is_refused_by_the_length_it_announces(app: TestApp) {
    let mut socket = Socket::open(&app).await;
    let MaybeTlsStream::Plain(bytes) = socket.stream.get_mut() else {
        panic!("there is no TLS here")
    };
    // A text of 2^40 bytes, of which none ever comes.
    let mut head = vec![0x81, 0xff];
    head.extend((1_u64 << 40).to_be_bytes());
    head.extend([1, 2, 3, 4]);
    bytes.write_all(&head).await.expect("the head is sent");
    assert_eq!(socket.closed().await.0, 1009);
    assert!(Socket::of(&app, None).await.is_quiet(Duration::from_millis(20)).await);
}
