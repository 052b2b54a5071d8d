//! `GET /graphql` with an upgrade: subscriptions by the protocol `graphql-transport-ws`.
//!
//! | file | what |
//! |---|---|
//! | `message.rs` | what is said, as it is written |
//! | `protocol.rs` | what follows from it, without any input or output |
//! | `closure.rs` | why a socket is closed, as its client is told |
//! | `frames.rs` | messages that are too large |
//! | `places.rs` | how many sockets there may be |
//! | `ending.rs` | when nothing is left of a connection |
//! | `connection.rs` | one socket: reads, asks the protocol, runs what it says |
//!
//! A page of another site can open a socket to us as well as one of ours can, and `Origin` would tell them apart. It is
//! not looked at, because it would protect nothing: a browser sends no credentials of its own accord, there being no
//! cookie, and whoever has a token may use it from wherever they like.

mod closure;
mod connection;
mod ending;
mod frames;
mod message;
mod places;
mod protocol;

use std::time::Duration;

use actix_web::guard::GuardContext;
use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HeaderValue, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use actix_web::{FromRequest, HttpRequest, HttpResponse, rt, web};
use tracing::Instrument;
use uuid::Uuid;

use super::address::client_address;
use crate::App;
use crate::graphql::Locale;
use closure::Closure;
use connection::{Connection, Handshake};
pub use places::Sockets;

/// The only subprotocol we speak.
const SUBPROTOCOL: &str = "graphql-transport-ws";

/// What sockets are held to.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long a client has to begin.
    pub init_within: Duration,
    /// How often a socket is looked after: its client is pinged, and given up if it has left two pings without any sign
    /// of life; its token is looked at, and the socket closed if it has expired.
    pub beat: Duration,
    /// How long a client may take nothing of what is sent to it.
    pub patience: Duration,
    /// Most subscriptions of one socket.
    pub subscriptions: usize,
    /// Most sockets of a process.
    pub connections: usize,
    /// Most sockets of one person; of one address, for those who have not signed in.
    pub connections_each: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            init_within: Duration::from_secs(10),
            beat: Duration::from_secs(10),
            patience: Duration::from_secs(30),
            subscriptions: 100,
            connections: 4096,
            connections_each: 32,
        }
    }
}

/// Whether a request asks for a WebSocket.
pub(super) fn is_upgrade(request: &GuardContext<'_>) -> bool {
    let upgrade = request.head().headers().get(UPGRADE);
    let upgrade = upgrade.and_then(|value| value.to_str().ok()).unwrap_or_default();
    upgrade
        .split(',')
        .any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket"))
}

/// Opens a socket, and serves it until it is closed.
pub(super) async fn open(
    request: HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> actix_web::Result<HttpResponse> {
    let mut bytes = frames::metered(payload.into_inner());
    let payload = web::Payload::from_request(&request, &mut bytes).await?;
    let (response, session, frames) = actix_ws::handle_with_protocols(&request, payload, &[SUBPROTOCOL])?;
    let place = app.sockets.enter();
    // Refused on the socket rather than before, as it is the only way for a client to learn why.
    let refused = if !response.headers().contains_key(SEC_WEBSOCKET_PROTOCOL) {
        Some(Closure::SUBPROTOCOL)
    } else if place.is_none() {
        Some(Closure::CROWDED)
    } else {
        None
    };
    let (Some(place), None) = (place, &refused) else {
        let reason = refused.unwrap_or(Closure::CROWDED).into();
        drop(session.close(Some(reason)).await);
        return Ok(response);
    };
    let socket_id = Uuid::now_v7();
    let span = tracing::error_span!("socket", %socket_id);
    let frames = frames.max_frame_size(frames::LARGEST).aggregate_continuations();
    let frames = frames.max_continuation_size(frames::LARGEST);
    let (response, ending) = ending::noticed(response);
    let connection = Connection::new(&app, handshake(&app, &request), session, frames, place);
    rt::spawn(connection.serve(ending).instrument(span));
    Ok(response)
}

fn handshake(app: &App, request: &HttpRequest) -> Handshake {
    let headers = request.headers();
    let languages = headers.get(ACCEPT_LANGUAGE).map(HeaderValue::to_str);
    let languages = languages.and_then(Result::ok).unwrap_or_default();
    Handshake {
        authorization: headers.get(AUTHORIZATION).cloned(),
        locale: Locale::negotiate(languages),
        address: client_address(request, &app.door.trusted_proxies),
    }
}
