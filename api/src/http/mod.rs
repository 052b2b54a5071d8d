//! HTTP: the GraphQL endpoint, and what operators and newcomers look at.
//!
//! | route | what |
//! |---|---|
//! | `/graphql` | the public contract: by POST, queries also by GET, subscriptions by WebSocket |
//! | `GET /healthz` | 200 while the process answers |
//! | `GET /readyz` | 200 while the database answers too; 503 when not, within two seconds, or when the server stops |
//! | `GET /metrics` | figures for Prometheus; in production only with their token |
//! | `GET /` | GraphiQL, a page to try the contract on; not in production |
//!
//! What is answered to `GET` is answered to `HEAD`, too, without its body.
//!
//! Whatever is answered has passed [`headers`], and answers of the contract [`watch`], too.

mod address;
mod auth;
mod body;
mod door;
mod failure;
mod graphiql;
mod graphql;
mod headers;
mod media;
mod metrics;
mod origin;
mod parameters;
mod ready;
mod socket;
pub(crate) mod tls;
mod watch;

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{HttpResponse, HttpServer, Route, guard, web};

use crate::App;
pub use address::TrustedProxies;
pub use door::Door;
pub use origin::{NotAnOrigin, Origin};
use ready::Readiness;
pub use socket::{Options as SocketOptions, Sockets};
pub use tls::{Tls, TlsError};

/// How long requests in progress may take to end once the server is told to stop.
const SHUTDOWN_SECONDS: u64 = 30;

/// A server of the app on a listener, with a number of threads. Awaiting it runs it, until its handle stops it.
///
/// It leaves signals alone: whoever runs it decides what they mean.
pub fn server(app: App, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    give_up_after(&listener, app.sockets.options().patience)?;
    let tls = app.door.tls.clone();
    let (app, readiness) = (web::Data::new(app), web::Data::new(Readiness::default()));
    let server = HttpServer::new(move || {
        let routes = |config: &mut web::ServiceConfig| routes(config, &app);
        actix_web::App::new()
            .app_data(web::Data::clone(&app))
            .app_data(web::Data::clone(&readiness))
            .wrap(Compress::default())
            .wrap(Condition::new(
                !app.door.origins.is_empty(),
                origin::cors(&app.door.origins),
            ))
            .wrap(from_fn(headers::guard))
            .configure(routes)
            .default_service(web::to(not_found))
    });
    let server = server
        .workers(workers)
        // Whoever has hung up waits for nothing: their request lets go of its place. What a command has begun goes on.
        .h1_allow_half_closed(false)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals();
    let Some(tls) = tls else {
        return Ok(server.listen(listener)?.run());
    };
    let config = tls.config().map_err(std::io::Error::other)?;
    tls.keep_fresh();
    Ok(server.listen_rustls_0_23(listener, config)?.run())
}

/// Has the system end the connections of this listener whose client takes nothing of what is sent to it for so long.
///
/// Nothing else would: the server waits for room, and a client that answers its probes is not lost.
#[cfg(target_os = "linux")]
fn give_up_after(listener: &TcpListener, patience: Duration) -> std::io::Result<()> {
    socket2::SockRef::from(listener).set_tcp_user_timeout(Some(patience))
}

/// Other systems have a limit of their own.
#[cfg(not(target_os = "linux"))]
fn give_up_after(_: &TcpListener, _: Duration) -> std::io::Result<()> {
    Ok(())
}

fn routes(config: &mut web::ServiceConfig, app: &App) {
    config
        .service(
            web::resource("/graphql")
                .wrap(from_fn(watch::watch))
                .route(web::post().to(graphql::post))
                .route(web::get().guard(guard::fn_guard(socket::is_upgrade)).to(socket::open))
                .route(get_or_head().to(graphql::get))
                .default_service(web::to(graphql::neither)),
        )
        .service(
            web::resource("/metrics")
                .route(get_or_head().to(metrics::get))
                .default_service(web::to(not_found)),
        )
        .route("/healthz", get_or_head().to(alive))
        .route("/readyz", get_or_head().to(ready::get));
    if !app.production {
        config.route("/", get_or_head().to(graphiql::get));
    }
}

/// The server leaves the body of an answer to `HEAD` off by itself.
fn get_or_head() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

async fn alive() -> HttpResponse {
    text(HttpResponse::Ok(), "alive\n")
}

async fn not_found() -> HttpResponse {
    text(HttpResponse::NotFound(), "not found\n")
}

fn text(mut response: actix_web::HttpResponseBuilder, body: &'static str) -> HttpResponse {
    response
        .content_type(ContentType::plaintext())
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body)
}
