//! How the server meets the outside: who may knock, by which way, and what is kept to operators.

use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use subtle::ConstantTimeEq;

use super::address::TrustedProxies;
use super::auth;
use super::origin::Origin;
use super::tls::Tls;

/// How the server meets the outside. By default as a machine of one's own does: no page of another site, no proxy, no
/// TLS.
#[derive(Clone, Debug, Default)]
pub struct Door {
    /// The web pages of other sites that browsers let in.
    pub origins: Vec<Origin>,
    /// The proxies that are believed.
    pub trusted_proxies: TrustedProxies,
    /// What it proves itself by, if it speaks TLS itself.
    pub tls: Option<Arc<Tls>>,
    /// What whoever reads the figures shows in production.
    pub metrics_token: Option<String>,
}

impl Door {
    /// Whether a request has the token of the figures. It takes as long to find out whatever is wrong with it, but for
    /// its length.
    pub(super) fn shows_metrics_token(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
        match (shown.and_then(auth::bearer), &self.metrics_token) {
            (Some(shown), Some(token)) => shown.as_bytes().ct_eq(token.as_bytes()).into(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_figures_are_for_whoever_has_their_token() {
        let shows = |token: Option<&str>, header: &'static str| {
            let door = Door {
                metrics_token: token.map(str::to_owned),
                ..Door::default()
            };
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_static(header));
            door.shows_metrics_token(&headers)
        };
        assert!(shows(Some("a long token"), "Bearer a long token"));
        assert!(!shows(Some("a long token"), "Bearer a long tokem"));
        assert!(!shows(Some("a long token"), "Bearer a long token and more"));
        assert!(!shows(Some("a long token"), "a long token"));
        assert!(!shows(None, "Bearer "));
        assert!(!shows(None, "Bearer a long token"));
    }
}
