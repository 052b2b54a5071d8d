//! HTTP: the GraphQL endpoint, and what operators and newcomers look at.
//!
//! | route | what |
//! |---|---|
//! | `POST /graphql` | the public contract |
//! | `GET /graphql` | the same by WebSocket, for subscriptions |
//! | `GET /healthz` | 200 while the process answers |
//! | `GET /readyz` | 200 while the database answers too; 503 when it does not, within two seconds |
//! | `GET /` | GraphiQL, a page to try the contract on; not in production |

mod auth;
mod body;
mod graphql;
mod media;
mod socket;

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::middleware::Compress;
use actix_web::{HttpResponse, HttpServer, guard, web};
use async_graphql::http::GraphiQLSource;

use crate::App;
pub use socket::{Options as SocketOptions, Sockets};

/// How long requests in progress may take to end once the server is told to stop.
const SHUTDOWN_SECONDS: u64 = 30;

/// How long the database has to answer. Whoever asks whether we are ready is about to give up, too.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// A server of the app on a listener, with a number of threads. Awaiting it runs it, until its handle stops it.
///
/// It leaves signals alone: whoever runs it decides what they mean.
pub fn server(app: App, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    give_up_after(&listener, app.sockets.options().patience)?;
    let app = web::Data::new(app);
    let server = HttpServer::new(move || {
        let routes = |config: &mut web::ServiceConfig| routes(config, &app);
        actix_web::App::new()
            .app_data(web::Data::clone(&app))
            .wrap(Compress::default())
            .configure(routes)
    });
    let server = server
        .workers(workers)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals();
    Ok(server.listen(listener)?.run())
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
                .route(web::post().to(graphql::post))
                .route(web::get().guard(guard::fn_guard(socket::is_upgrade)).to(socket::open))
                .default_service(web::to(graphql::only_post)),
        )
        .route("/healthz", web::get().to(alive))
        .route("/readyz", web::get().to(ready));
    if !app.production {
        config.route("/", web::get().to(graphiql));
    }
}

async fn alive() -> HttpResponse {
    text(HttpResponse::Ok(), "alive\n")
}

async fn ready(app: web::Data<App>) -> HttpResponse {
    match tokio::time::timeout(READY_WITHIN, app.database.ping()).await {
        Ok(Ok(())) => text(HttpResponse::Ok(), "ready\n"),
        Ok(Err(_)) | Err(_) => text(HttpResponse::ServiceUnavailable(), "the database does not answer\n"),
    }
}

async fn graphiql() -> HttpResponse {
    let page = GraphiQLSource::build()
        .endpoint("/graphql")
        .subscription_endpoint("/graphql")
        .title("Octroi")
        .finish();
    HttpResponse::Ok().content_type(ContentType::html()).body(page)
}

fn text(mut response: actix_web::HttpResponseBuilder, body: &'static str) -> HttpResponse {
    response
        .content_type(ContentType::plaintext())
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body)
}
