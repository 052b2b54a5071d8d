//! Which web pages of other sites a browser lets read our answers (CORS).
//!
//! No cookies are involved: whoever asks shows a bearer token, so a page that was not let in can do nothing that its
//! visitor could.

use std::str::FromStr;

use actix_cors::Cors;
use actix_web::http::header::{ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, RETRY_AFTER};
use actix_web::http::{Method, Uri};

/// How long a browser may remember the answer to a preflight request, in seconds. Some cut what is longer to this.
const PREFLIGHT_SECONDS: usize = 2 * 60 * 60;

/// The origin of a web page: scheme, host, and port unless it is the scheme's own; as `https://grants.example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// Why a text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write an origin as browsers do, as https://grants.example.org or http://localhost:3000: no path, no wildcard")]
pub struct NotAnOrigin;

impl FromStr for Origin {
    type Err = NotAnOrigin;

    /// Compared with what a browser sends letter by letter, so nothing else than what it sends is accepted.
    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let uri: Uri = text.parse().map_err(|_| NotAnOrigin)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(NotAnOrigin);
        };
        let usual_port = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return Err(NotAnOrigin),
        };
        let port = authority.port_u16().filter(|port| *port != usual_port);
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let origin = format!("{scheme}://{}{port}", authority.host().to_ascii_lowercase());
        let is_host = !authority.host().is_empty() && !authority.host().contains('*');
        if is_host && origin == text {
            Ok(Self(origin))
        } else {
            Err(NotAnOrigin)
        }
    }
}

/// What tells browsers that pages of these origins may use the contract, and read what it answers.
pub(super) fn cors(origins: &[Origin]) -> Cors {
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::POST, Method::OPTIONS])
        .allowed_headers([AUTHORIZATION, CONTENT_TYPE, ACCEPT, ACCEPT_LANGUAGE])
        .expose_headers([HeaderName::from_static("x-request-id"), RETRY_AFTER, ETAG])
        .max_age(PREFLIGHT_SECONDS);
    origins
        .iter()
        .fold(cors, |cors, Origin(origin)| cors.allowed_origin(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        for origin in [
            "https://grants.example.org",
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "https://[2001:db8::1]:8443",
        ] {
            assert_eq!(origin.parse(), Ok(Origin(origin.to_owned())));
        }
    }

    #[test]
    fn what_no_browser_sends_is_not_an_origin() {
        for text in [
            "",
            "*",
            "null",
            "example.org",
            "https://",
            "https://*.example.org",
            "https://example.org/",
            "https://example.org/path",
            "https://example.org?query",
            "https://Example.org",
            "HTTPS://example.org",
            "https://example.org:443",
            "http://example.org:80",
            "https://user@example.org",
            "ftp://example.org",
            "file:///",
            "https://example.org https://example.com",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(NotAnOrigin), "{text}");
        }
    }
}
