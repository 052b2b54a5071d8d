//! TLS by configuration: a certificate in files, which may change.

use std::sync::Arc;
use std::{fs, path::Path};

use api::http::{Door, Tls, TlsError};
use rcgen::{CertifiedKey, KeyPair};
use reqwest::{Certificate, Client, Version};

use crate::harness::{Engine, Octroi, TestApp, TestDatabase, http_builder, octroi};

/// A certificate of this machine, in files of a test's folder.
struct Files {
    certificate: String,
    key: String,
}

impl Files {
    fn new(storage: &TestDatabase) -> Self {
        let path = |name| storage.folder.join(name).to_str().expect("a text").to_owned();
        Self {
            certificate: path("certificate.pem"),
            key: path("key.pem"),
        }
    }

    /// Writes a new pair, and answers its certificate.
    fn write(&self) -> Certificate {
        let CertifiedKey { cert, signing_key } = pair();
        fs::write(&self.certificate, cert.pem()).expect("a file");
        fs::write(&self.key, signing_key.serialize_pem()).expect("a file");
        Certificate::from_pem(cert.pem().as_bytes()).expect("a certificate")
    }

    fn options(&self) -> [&str; 4] {
        ["--tls-certificate", &self.certificate, "--tls-key", &self.key]
    }

    fn load(&self) -> Arc<Tls> {
        Tls::load(Path::new(&self.certificate), Path::new(&self.key)).expect("a certificate")
    }
}

/// A client that trusts this certificate and nothing else. A new one for each question: one that has been answered may
/// go on without asking for the certificate again.
fn trusting(root: Certificate) -> Client {
    http_builder().tls_certs_only([root]).build().expect("a client")
}

fn pair() -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()]).expect("a certificate")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_speaks_tls_with_a_certificate_from_files() {
    let storage = Arc::new(TestDatabase::migrated(Engine::Sqlite).await);
    let files = Files::new(&storage);
    let trusting = trusting(files.write());
    let server = Octroi::serve_trusted(&storage, &files.options(), trusting).await;
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let answer = server.http.get(format!("{}/healthz", server.url)).send().await;
    let answer = answer.expect("the server answers");
    assert!(answer.status().is_success());
    assert!(answer.headers().contains_key("strict-transport-security"));
    // In the clear there is nobody.
    let clear = server.url.replace("https", "http");
    assert!(server.http.get(format!("{clear}/healthz")).send().await.is_err());
    assert!(server.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_changes_is_used_without_a_restart() {
    let storage = TestDatabase::migrated(Engine::Sqlite).await;
    let files = Files::new(&storage);
    let first = files.write();
    let tls = files.load();
    let door = Door {
        tls: Some(Arc::clone(&tls)),
        ..Door::default()
    };
    let app = TestApp::behind(door, true, storage).await;
    let trusts = async |root: &Certificate| {
        let answer = trusting(root.clone()).get(format!("{}/healthz", app.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    };
    assert!(trusts(&first).await);
    assert!(!tls.renew().expect("the same files"), "nothing has changed");

    // Half of a change is not used, nor what is no certificate.
    let other = pair();
    fs::write(&files.certificate, other.cert.pem()).expect("a file");
    assert!(matches!(tls.renew(), Err(TlsError::Unusable { .. })));
    fs::write(&files.certificate, "nonsense").expect("a file");
    assert!(matches!(tls.renew(), Err(TlsError::NoCertificate(_))));
    assert!(trusts(&first).await, "it goes on with what it has");

    let second = files.write();
    assert!(tls.renew().expect("a new certificate"));
    assert!(trusts(&second).await);
    assert!(!trusts(&first).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_2_is_spoken_where_a_client_can() {
    use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};

    let storage = TestDatabase::migrated(Engine::Sqlite).await;
    let files = Files::new(&storage);
    let client = trusting(files.write());
    let door = Door {
        tls: Some(files.load()),
        ..Door::default()
    };
    let app = TestApp::behind(door, true, storage).await;
    // The client of the tests speaks no HTTP/2: it is asked in the handshake only.
    let answer = client.get(format!("{}/healthz", app.url)).send().await;
    assert_eq!(answer.expect("the server answers").version(), Version::HTTP_11);
    let mut roots = rustls::RootCertStore::empty();
    let root = CertificateDer::from_pem_file(&files.certificate).expect("a certificate");
    roots.add(root).expect("a root");
    let mut config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let address = app.url.replace("https://", "");
    let chosen = tokio::task::spawn_blocking(move || {
        let name = ServerName::try_from("localhost").expect("a name");
        let mut connection = rustls::ClientConnection::new(Arc::new(config), name).expect("a connection");
        let mut socket = std::net::TcpStream::connect(address).expect("a socket");
        while connection.is_handshaking() {
            connection.complete_io(&mut socket).expect("a handshake");
        }
        connection.alpn_protocol().map(<[u8]>::to_vec)
    });
    assert_eq!(chosen.await.expect("a handshake").as_deref(), Some(&b"h2"[..]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_cannot_speak_tls_says_why() {
    let storage = TestDatabase::migrated(Engine::Sqlite).await;
    let files = Files::new(&storage);
    let why = |options: &[&str]| {
        let options = [&["serve", "--listen", "127.0.0.1:0"], options].concat();
        let output = octroi(&storage, &options);
        assert!(!output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).expect("a text")
    };
    let both = files.options();
    assert!(why(&both[..2]).contains("--tls-key"));
    assert!(why(&both[2..]).contains("--tls-certificate"));
    assert!(why(&both).contains("certificate.pem cannot be read"), "{}", why(&both));
    let CertifiedKey { cert, signing_key } = pair();
    fs::write(&files.certificate, signing_key.serialize_pem()).expect("a file");
    fs::write(&files.key, cert.pem()).expect("a file");
    assert!(why(&both).contains("no certificate in"), "{}", why(&both));
    fs::write(&files.certificate, cert.pem()).expect("a file");
    assert!(why(&both).contains("no private key in"), "{}", why(&both));
    fs::write(&files.key, pair().signing_key.serialize_pem()).expect("a file");
    assert!(why(&both).contains("cannot be used with the key"), "{}", why(&both));
}
