//! `GET /readyz`: whether requests may be sent here.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::text;
use crate::App;

/// How long the database has to answer. Whoever asks whether we are ready is about to give up, too.
const WITHIN: Duration = Duration::from_secs(2);

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

/// When the database was asked last, and what it answered.
///
/// Anybody may ask us, as often as they like, and none of the limits holds them: so the database is asked one thing at
/// a time, for all who came before it was.
#[derive(Debug, Default)]
pub(super) struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    /// Whether the database answers, to a ping from after this call.
    async fn ask(&self, ping: impl Future<Output = bool>) -> bool {
        let came = Instant::now();
        let mut last = self.0.lock().await;
        if let Some((asked, answers)) = *last
            && asked > came
        {
            return answers;
        }
        let asked = Instant::now();
        let answers = ping.await;
        *last = Some((asked, answers));
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
    async fn the_database_is_asked_once_for_all_who_wait() {
        let (readiness, pings) = (Readiness::default(), AtomicU32::new(0));
        let ask = |answers| {
            let pings = &pings;
            readiness.ask(async move {
                pings.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(5)).await;
                answers
            })
        };
        let ready = join_all((0..50).map(|_| ask(true))).await;
        assert!(ready.into_iter().all(|ready| ready));
        assert_eq!(
            pings.load(Ordering::Relaxed),
            2,
            "for the first, and for those who came meanwhile"
        );
        assert!(
            !ask(false).await,
            "what was answered before is not what is answered now"
        );
        assert!(ask(true).await);
        assert_eq!(pings.load(Ordering::Relaxed), 4);
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_the_question_to_the_next() {
        let readiness = Readiness::default();
        let given_up = timeout(Duration::from_millis(1), readiness.ask(pending())).await;
        assert!(given_up.is_err());
        assert!(readiness.ask(async { true }).await);
    }
}
