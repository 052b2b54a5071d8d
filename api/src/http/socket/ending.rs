//! Knowing when nothing is left of a connection.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use actix_web::{Error, HttpResponse};
use tokio::sync::oneshot;

/// What the server writes to a client. It goes once all is written, or with the connection.
struct Written {
    body: BoxBody,
    _gone: oneshot::Sender<()>,
}

/// The same response, and what ends once the server has nothing left to write of it, or nobody to write it to.
pub(super) fn noticed(response: HttpResponse) -> (HttpResponse, oneshot::Receiver<()>) {
    let (gone, ending) = oneshot::channel();
    let response = response.map_body(|_, body| Written { body, _gone: gone });
    (response.map_into_boxed_body(), ending)
}

impl MessageBody for Written {
    type Error = Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let next = Pin::new(&mut self.body).poll_next(context);
        next.map_err(actix_web::error::ErrorInternalServerError)
    }
}
