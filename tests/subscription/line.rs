//! A line to PostgreSQL that goes dead without a word, as when a machine or a network is gone: what was sent is never
//! answered, and nobody says that the connection has ended.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

/// A line that connections to a database go over.
pub struct Line {
    /// The URL of the database, over this line.
    pub url: String,
    left: Arc<AtomicUsize>,
}

impl Line {
    /// A line to the database with this URL. The first connections to name a word, so many of them, go dead with it.
    pub async fn to(url: &str, word: &'static str, connections: usize) -> Self {
        let (account, rest) = url.split_once('@').expect("a URL with an account");
        let (address, name) = rest.split_once('/').expect("a URL with a database");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = listener.local_addr().expect("an address");
        let left = Arc::new(AtomicUsize::new(connections));
        let line = Self {
            url: format!("{account}@{own}/{name}"),
            left: Arc::clone(&left),
        };
        let address = address.to_owned();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&address).await.expect("PostgreSQL is there");
                tokio::spawn(pass(client, server, word, Arc::clone(&left)));
            }
        });
        line
    }

    /// How many connections are still to go dead.
    pub fn left(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }
}

async fn pass(client: TcpStream, server: TcpStream, word: &str, left: Arc<AtomicUsize>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { drop(copy(&mut from_server, &mut to_client).await) });
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
        let sent = &bytes[..count];
        let is_named = sent.windows(word.len()).any(|bytes| bytes == word.as_bytes());
        let one_less = |left: usize| left.checked_sub(1);
        if is_named && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
            pending::<()>().await;
        }
        if to_server.write_all(sent).await.is_err() {
            return;
        }
    }
}
