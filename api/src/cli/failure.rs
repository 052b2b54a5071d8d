//! Why a command did not do its work: one line for whoever ran it.

use std::io;
use std::net::SocketAddr;

use domain::database::OpenError;

use crate::documents::ManifestError;
use crate::http::TlsError;
use crate::telemetry::traces::TracesError;
use crate::token::KeyError;

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The manifest of documents cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Nothing but the documents of a manifest is to run, and there is none.
    #[error("--persisted-only runs the documents of a manifest only: name it with --persisted-operations")]
    NoManifest,
    /// The certificate cannot be used.
    #[error("TLS cannot be spoken: {0}")]
    Tls(#[from] TlsError),
    /// Traces cannot be sent.
    #[error(transparent)]
    Traces(#[from] TracesError),
    /// Somebody else has the port.
    #[error("cannot listen on {0}: the port is taken")]
    PortTaken(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// A demonstration would be open to other machines.
    #[error("cannot listen on {0}: the demo is for this machine only, as 127.0.0.1:8080")]
    NotLoopback(SocketAddr),
    /// A demonstration would be mixed with somebody's data.
    #[error("the demo wants an empty database")]
    NotEmpty,
    /// The terminal, or a signal handler, failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The rules said no, or the database failed.
    #[error("{0}")]
    Refused(String),
}

impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        Self::Refused(match error {
            domain::Error::Unauthenticated | domain::Error::Forbidden => "not allowed".to_owned(),
            domain::Error::NotFound => "there is no such object".to_owned(),
            domain::Error::Refused(refusals) => refusals
                .iter()
                .map(|refusal| refusal.en.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            // Whoever runs the command line runs the server too: there is nobody to hide the cause from.
            domain::Error::Unavailable(cause) | domain::Error::Internal(cause) => cause.to_string(),
        })
    }
}
