//! TLS of our own: a certificate and its key from PEM files, read again when they change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A certificate with its key, as they are in their files.
#[derive(Debug)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    pair: Arc<CertifiedKey>,
    written: Written,
}

/// When the two files were written, and how long they are: clocks of file systems are slow.
type Written = [Option<(SystemTime, u64)>; 2];

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{0} cannot be read: {1}")]
    Io(PathBuf, io::Error),
    /// A file is not PEM.
    #[error("{0} is not PEM: {1}")]
    Malformed(PathBuf, pem::Error),
    /// A file has something else in it.
    #[error("there is no certificate in {0}")]
    NoCertificate(PathBuf),
    /// A file has something else in it.
    #[error("there is no private key in {0}")]
    NoKey(PathBuf),
    /// Each may be good, but they do not go together, or cannot be used.
    #[error("the certificate {certificate} cannot be used with the key {key}: {cause}")]
    Unusable {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What is wrong.
        cause: rustls::Error,
    },
}

impl Tls {
    /// The certificate, with those between it and its authority, in one file, and its key in another.
    pub fn load(certificate: &Path, key: &Path) -> Result<Arc<Self>, TlsError> {
        // Before they are read: a change in between is seen as one.
        let written = written(certificate, key);
        let pair = Arc::new(read(certificate, key)?);
        Ok(Arc::new(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current: RwLock::new(Current { pair, written }),
        }))
    }

    /// Reads the files again if they have changed; whether they had. When that fails the server goes on with what it
    /// has, and they are not read again before they change again.
    pub fn renew(&self) -> Result<bool, TlsError> {
        let written = written(&self.certificate, &self.key);
        if self.current().written == written {
            return Ok(false);
        }
        let pair = read(&self.certificate, &self.key);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.written = written;
        current.pair = Arc::new(pair?);
        Ok(true)
    }

    /// The configuration of a server, which goes on with the certificate as it changes.
    pub(super) fn config(self: &Arc<Self>) -> Result<ServerConfig, TlsError> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder
            .with_safe_default_protocol_versions()
            .map_err(|cause| unusable(&self.certificate, &self.key, cause))?;
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        Ok(builder.with_no_client_auth().with_cert_resolver(resolver))
    }

    /// Looks at the files from time to time, for as long as somebody else holds on to the certificate.
    pub(super) fn keep_fresh(self: &Arc<Self>) {
        let tls = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                let Some(tls) = tls.upgrade() else { break };
                match tls.renew() {
                    Ok(true) => tracing::info!("the certificate has changed: new connections get the new one"),
                    Ok(false) => {}
                    Err(error) => tracing::error!(%error, "the certificate has changed, and the old one stays in use"),
                }
            }
        });
    }

    fn current(&self) -> std::sync::RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Tls {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current().pair))
    }
}

/// Says which cryptography libraries are to use that do not choose themselves: the one that the database's driver
/// brings along anyway.
pub(crate) fn install_provider() {
    // Fails where there is one already, which is as good.
    drop(ring::default_provider().install_default());
}

fn written(certificate: &Path, key: &Path) -> Written {
    [certificate, key].map(|path| {
        let file = fs::metadata(path).ok()?;
        Some((file.modified().ok()?, file.len()))
    })
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let provider: CryptoProvider = ring::default_provider();
    let text = |path: &Path| fs::read(path).map_err(|error| TlsError::Io(path.to_owned(), error));
    let chain = CertificateDer::pem_slice_iter(&text(certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TlsError::Malformed(certificate.to_owned(), error))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.to_owned()));
    }
    let private = PrivateKeyDer::from_pem_slice(&text(key)?).map_err(|error| match error {
        pem::Error::NoItemsFound => TlsError::NoKey(key.to_owned()),
        error => TlsError::Malformed(key.to_owned(), error),
    })?;
    CertifiedKey::from_der(chain, private, &provider).map_err(|cause| unusable(certificate, key, cause))
}

fn unusable(certificate: &Path, key: &Path, cause: rustls::Error) -> TlsError {
    TlsError::Unusable {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        cause,
    }
}
