//! `GET /graphql` with an upgrade: subscriptions by the protocol `graphql-transport-ws`.
//!
//! | file | what |
//! |---|---|
//! | `message.rs` | what is said, as it is written |
//! | `protocol.rs` | what follows from it, without any input or output |
//! | `closure.rs` | why a socket is closed, as its client is told |
//! | `frames.rs` | messages that are too large |
//! | `places.rs` | how many sockets and subscriptions there may be |
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

use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::guard::GuardContext;
use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HeaderValue, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use actix_web::{FromRequest, HttpRequest, HttpResponse, rt, web};
use tracing::Instrument;
use uuid::Uuid;

use super::address::client_address;
use crate::App;
use crate::graphql::Locale;
use crate::traffic::Caller;
use closure::Closure;
use connection::{Connection, Handshake};
pub use places::Sockets;
use places::{Kind, Place};

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
    /// How often whoever follows something that does not change is asked for whether they still may: a right that has
    /// ended ends what it allowed by then. Each time costs a few statements for each subscription.
    pub ask_every: Duration,
    /// Frames a second that a client may send on one socket; ten seconds' worth may come at once.
    pub messages_per_second: NonZeroU32,
    /// Most subscriptions of one socket.
    pub subscriptions: usize,
    /// Most subscriptions of one person, on all their sockets; of one address, for those who have not signed in.
    pub subscriptions_each: usize,
    /// Most sockets of a process.
    pub connections: usize,
    /// Most sockets of one address that have not begun.
    pub connections_new: usize,
    /// Most sockets of one person; of one address, for those who have not signed in.
    pub connections_each: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            init_within: Duration::from_secs(10),
            beat: Duration::from_secs(10),
            patience: Duration::from_secs(30),
            ask_every: Duration::from_secs(10),
            messages_per_second: NonZeroU32::MIN.saturating_add(49),
            subscriptions: 100,
            subscriptions_each: 100,
            connections: 4096,
            connections_new: 128,
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
    let handshake = handshake(&app, &request);
    let is_ours = response.headers().contains_key(SEC_WEBSOCKET_PROTOCOL);
    // Refused on the socket rather than before, as it is the only way for a client to learn why.
    let places = match admit(&app, Caller::at(handshake.address), is_ours) {
        Ok(places) => places,
        Err(refused) => {
            drop(session.close(Some(refused.into())).await);
            return Ok(response);
        }
    };
    let socket_id = Uuid::now_v7();
    let span = tracing::error_span!("socket", %socket_id);
    let frames = frames.max_frame_size(frames::LARGEST).aggregate_continuations();
    let frames = frames.max_continuation_size(frames::LARGEST);
    let (response, ending) = ending::noticed(response);
    let connection = Connection::new(&app, handshake, session, frames, places);
    rt::spawn(connection.serve(ending).instrument(span));
    Ok(response)
}

/// The places of a socket that a client opens: in all, and among those from where it comes. Whoever it is for, it is
/// counted as a request from there: that it is for somebody is not known yet.
fn admit(app: &App, from: Caller, is_ours: bool) -> Result<(Place, Place), Closure> {
    app.traffic.count(from).map_err(|_| Closure::CROWDED)?;
    if !is_ours {
        return Err(Closure::SUBPROTOCOL);
    }
    let taken = |kind| app.sockets.take(kind).ok_or(Closure::CROWDED);
    Ok((taken(Kind::Socket)?, taken(Kind::New(from))?))
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
