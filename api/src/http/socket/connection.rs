//! One socket: reads what its client says, asks the protocol what follows, and does it.
//!
//! One task does all of it, subscriptions included, so that they are gone with the socket. What is not taken by the
//! client stays where it is: a subscription is asked for its next event only when the one before it is on its way, and
//! tells the newest then.

use std::future::ready;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseReason, Closed, ProtocolError, Session};
use async_graphql::{Request, Response};
use entity::value::UserId;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::Value;
use tokio::sync::{oneshot, watch};
use tokio::time::{Interval, MissedTickBehavior, Sleep, interval, sleep, timeout};
use tokio_stream::StreamMap;

use super::closure::Closure;
use super::message::Object;
use super::places::{Kind, Place};
use super::protocol::{Protocol, Step};
use crate::App;
use crate::graphql::error::Error;
use crate::graphql::{Locale, refuse, subscribe};
use crate::http::auth;
use crate::http::parameters::Parameters;
use crate::token::Bearer;
use crate::traffic::Caller;

/// Seconds' worth of frames that a client may send at once before their rate counts.
const BURST_SECONDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// What the request that opened a socket says of its client.
pub(super) struct Handshake {
    pub(super) authorization: Option<HeaderValue>,
    pub(super) locale: Locale,
    pub(super) address: IpAddr,
}

/// A socket that is open.
pub(super) struct Connection {
    app: App,
    handshake: Handshake,
    session: Session,
    frames: AggregatedMessageStream,
    protocol: Protocol,
    /// How often its client says anything.
    pace: DefaultDirectRateLimiter,
    operations: StreamMap<String, Operation>,
    bearer: Option<Bearer>,
    /// Its place among all.
    place: Place,
    /// Its place among those from the same address, and once it has begun among those of the same person.
    share: Place,
    closing: watch::Receiver<bool>,
}

/// An operation under way.
struct Operation {
    /// Tells its end with its last event, `None`.
    events: BoxStream<'static, Option<Response>>,
    /// None if it was refused.
    _place: Option<Place>,
}

impl Stream for Operation {
    type Item = Option<Response>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_next_unpin(context)
    }
}

/// How a socket ends.
#[derive(Debug)]
enum End {
    /// We close it.
    Closed(Closure),
    /// Its client does.
    Left(Option<CloseReason>),
    /// There is nobody any more, or somebody who takes nothing.
    Lost,
}

impl From<Closed> for End {
    fn from(_: Closed) -> Self {
        Self::Lost
    }
}

impl Connection {
    pub(super) fn new(
        app: &App,
        handshake: Handshake,
        session: Session,
        frames: AggregatedMessageStream,
        (place, share): (Place, Place),
    ) -> Self {
        let rate = app.sockets.options().messages_per_second;
        let quota = Quota::per_second(rate).allow_burst(rate.saturating_mul(BURST_SECONDS));
        Self {
            app: app.clone(),
            handshake,
            session,
            frames,
            protocol: Protocol::new(app.sockets.options().subscriptions),
            pace: RateLimiter::direct(quota),
            operations: StreamMap::new(),
            bearer: None,
            place,
            share,
            closing: app.sockets.closing(),
        }
    }

    /// Serves the socket to its end. Its place is free once there is nothing left to send.
    pub(super) async fn serve(mut self, ending: oneshot::Receiver<()>) {
        let end = self.talk().await;
        tracing::debug!(?end, "the socket ends");
        let patience = self.patience();
        let Self {
            session,
            frames,
            operations,
            place,
            share,
            ..
        } = self;
        drop(operations);
        let reason = match end {
            End::Closed(closure) => Some(Some(closure.into())),
            End::Left(reason) => Some(reason),
            End::Lost => None,
        };
        match reason {
            Some(reason) => drop(timeout(patience, session.close(reason)).await),
            None => drop(session),
        }
        // If its client takes nothing, the system gives it up; but never while the client goes on sending. So what it
        // sends is neither read nor thrown away meanwhile, and it cannot go on.
        drop(ending.await);
        drop((frames, place, share));
    }

    async fn talk(&mut self) -> End {
        let options = self.app.sockets.options();
        let mut overdue = pin!(sleep(options.init_within));
        let mut beats = interval(options.beat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beats.reset();
        loop {
            if let Err(end) = self.attend(&mut beats, overdue.as_mut()).await {
                return end;
            }
        }
    }

    /// Does the next thing that there is to do.
    async fn attend(&mut self, beats: &mut Interval, overdue: Pin<&mut Sleep>) -> Result<(), End> {
        tokio::select! {
            () = closed(&mut self.closing) => Err(End::Closed(Closure::GOING_AWAY)),
            () = overdue, if !self.protocol.is_acknowledged() => Err(End::Closed(Closure::SILENT)),
            _ = beats.tick() => self.beat().await,
            frame = self.frames.next() => self.receive(frame).await,
            Some((id, event)) = self.operations.next() => self.tell(&id, event.as_ref()).await,
        }
    }

    /// Looks after the socket.
    async fn beat(&mut self) -> Result<(), End> {
        self.check_bearer()?;
        if !self.protocol.ping() {
            return Err(End::Lost);
        }
        taken(self.patience(), self.session.ping(b"")).await
    }

    /// Nothing is done for a token that has expired.
    fn check_bearer(&self) -> Result<(), End> {
        let now = self.app.database.clock().now();
        match self.bearer {
            Some(bearer) if bearer.expires_at <= now => Err(End::Closed(Closure::FORBIDDEN)),
            _ => Ok(()),
        }
    }

    async fn receive(&mut self, frame: Option<Result<AggregatedMessage, ProtocolError>>) -> Result<(), End> {
        self.protocol.hear();
        if self.pace.check().is_err() {
            return Err(End::Closed(Closure::FLOODED));
        }
        match frame {
            Some(Ok(AggregatedMessage::Text(text))) => {
                let step = self.protocol.receive(&text);
                self.follow(step).await
            }
            Some(Ok(AggregatedMessage::Binary(_))) => Err(End::Closed(Closure::INVALID)),
            Some(Ok(AggregatedMessage::Ping(bytes))) => taken(self.patience(), self.session.pong(&bytes)).await,
            Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
            Some(Ok(AggregatedMessage::Close(reason))) => Err(End::Left(reason)),
            Some(Err(error)) => Err(End::Closed(Closure::of(&error))),
            None => Err(End::Lost),
        }
    }

    async fn tell(&mut self, id: &str, event: Option<&Response>) -> Result<(), End> {
        self.check_bearer()?;
        let step = self.protocol.event(id, event);
        if !self.protocol.is_active(id) {
            self.operations.remove(id);
        }
        self.follow(step).await
    }

    /// Does what follows.
    async fn follow(&mut self, step: Step) -> Result<(), End> {
        match step {
            Step::Wait => Ok(()),
            Step::Send(text) => taken(self.patience(), self.session.text(text)).await,
            Step::Authenticate(payload) => {
                self.authenticate(&payload).map_err(End::Closed)?;
                match self.protocol.acknowledge() {
                    Step::Send(text) => taken(self.patience(), self.session.text(text)).await,
                    _ => Err(End::Closed(Closure::INTERNAL)),
                }
            }
            Step::Start(id, operation) => {
                self.check_bearer()?;
                self.start(id, operation);
                Ok(())
            }
            Step::Stop(id) => {
                self.operations.remove(&id);
                Ok(())
            }
            Step::Close(closure) => Err(End::Closed(closure)),
        }
    }

    /// Finds out who it is, and whether there is room for them.
    fn authenticate(&mut self, payload: &Object) -> Result<(), Closure> {
        self.bearer = match self.identify(payload) {
            Ok(bearer) => bearer,
            Err(_) => return Err(self.mistrust()),
        };
        let begun = self.app.sockets.take(Kind::Begun(self.caller()));
        self.share = begun.ok_or(Closure::CROWDED)?;
        Ok(())
    }

    /// Who it is: by what they say to begin, or else by the header of the handshake, which a browser cannot set.
    fn identify(&self, payload: &Object) -> Result<Option<Bearer>, Error> {
        let given = payload
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))
            .map(|(_, value)| value);
        let authorization = match (given, &self.handshake.authorization) {
            (None | Some(Value::Null), None) => None,
            (None | Some(Value::Null), Some(header)) => Some(header.to_str().map_err(|_| Error::Unauthenticated)?),
            (Some(Value::String(text)), _) => Some(text.as_str()),
            (Some(_), _) => return Err(Error::Unauthenticated),
        };
        authorization.map(|text| auth::verify(&self.app, text)).transpose()
    }

    /// Why a socket is closed whose token proves nothing. It counts as another request of its address: it has cost
    /// more than to open it.
    fn mistrust(&self) -> Closure {
        match self.app.traffic.count(Caller::at(self.handshake.address)) {
            Ok(()) => Closure::FORBIDDEN,
            Err(_) => Closure::CROWDED,
        }
    }

    fn start(&mut self, id: String, operation: Parameters) {
        let (events, place) = match self.request(operation) {
            Ok((request, place)) => {
                let (user, locale, address) = (self.user(), self.handshake.locale, self.handshake.address);
                (subscribe(&self.app, request, user, locale, address), Some(place))
            }
            Err(error) => (stream::once(ready(refuse(error))).boxed(), None),
        };
        let end = stream::once(ready(None));
        let operation = Operation {
            events: events.map(Some).chain(end).boxed(),
            _place: place,
        };
        self.operations.insert(id, operation);
    }

    /// What an operation asks for, with its place, if its client has not asked too often nor follows too much.
    fn request(&self, operation: Parameters) -> Result<(Request, Place), Error> {
        let caller = self.caller();
        self.app.traffic.count(caller)?;
        let request = operation.request(&self.app.documents)?;
        let place = self.app.sockets.take(Kind::Subscription(caller));
        let place = place.ok_or_else(|| {
            let most = self.app.sockets.options().subscriptions_each;
            let message =
                format!("On all your connections there are at most {most} subscriptions: complete one first.");
            Error::BadUserInput(message)
        })?;
        Ok((request, place))
    }

    fn caller(&self) -> Caller {
        let stranger = || Caller::at(self.handshake.address);
        self.user().map_or_else(stranger, Caller::User)
    }

    fn user(&self) -> Option<UserId> {
        self.bearer.map(|bearer| bearer.user_id)
    }

    fn patience(&self) -> Duration {
        self.app.sockets.options().patience
    }
}

/// Waits until all sockets are to close.
async fn closed(closing: &mut watch::Receiver<bool>) {
    // It fails when there is no server any more.
    drop(closing.wait_for(|closing| *closing).await);
}

/// Waits until there is room for what is sent, for as long as patience lasts.
async fn taken(patience: Duration, sending: impl Future<Output = Result<(), Closed>>) -> Result<(), End> {
    timeout(patience, sending)
        .await
        .map_err(|_| End::Lost)?
        .map_err(End::from)
}
