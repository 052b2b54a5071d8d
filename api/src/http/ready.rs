//! `GET /readyz`: whether requests may be sent here.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::text;
use crate::App;

/// How long the database has to answer. Whoever asks whether we are ready is about to give up, too.
const WITHIN: Duration = Duration::from_secs(2);

/// How long its answer is good for: anybody may ask, as often as they like, and none of the limits holds them.
const FRESH: Duration = Duration::from_secs(1);

/// Answers whether the database does, and the server is not about to stop.
pub(super) async fn get(app: web::Data<App>, readiness: web::Data<Readiness>) -> HttpResponse {
    if app.is_stopping() {
        return text(HttpResponse::ServiceUnavailable(), "stopping\n");
    }
    let ping = async { app.database.ping().await.is_ok() };
    if timeout(WITHIN, readiness.ask(ping)).await.unwrap_or(false) {
        text(HttpResponse::Ok(), "ready\n")
    } else {
        text(HttpResponse::ServiceUnavailable(), "the database does not answer\n")
    }
}

/// What the database answered last, and when.
#[derive(Debug, Default)]
pub(super) struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    /// Whether the database answers, for all who ask at the same time by one ping.
    async fn ask(&self, ping: impl Future<Output = bool>) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, answers)) = *last
            && at.elapsed() < FRESH
        {
            return answers;
        }
        let answers = ping.await;
        *last = Some((Instant::now(), answers));
        answers
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::{join_all, pending};
    use tokio::time::sleep;

    use super::*;

    #[tokio::test]
    async fn the_database_is_asked_once_a_second_whoever_asks() {
        let (readiness, pings) = (Readiness::default(), AtomicU32::new(0));
        let ask = |answers| {
            let pings = &pings;
            readiness.ask(async move {
                pings.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                answers
            })
        };
        assert!(
            join_all((0..50).map(|_| ask(true)))
                .await
                .into_iter()
                .all(|ready| ready)
        );
        assert!(ask(false).await, "the answer is good for a second");
        assert_eq!(pings.load(Ordering::Relaxed), 1);
        sleep(FRESH).await;
        assert!(!ask(false).await);
        assert!(!ask(true).await, "as is the other one");
        assert_eq!(pings.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_the_question_to_the_next() {
        let readiness = Readiness::default();
        let given_up = timeout(Duration::from_millis(1), readiness.ask(pending())).await;
        assert!(given_up.is_err());
        assert!(readiness.ask(async { true }).await);
    }
}
