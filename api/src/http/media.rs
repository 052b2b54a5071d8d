//! Media types: what a request is written in, and what its response will be.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use async_graphql::Response;

use crate::graphql::error::code;
use crate::graphql::locale::weighted;
use crate::graphql::{code_of, is_request_error};

/// The media type of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`, for clients older than the specification. Its status says only whether there is a GraphQL
    /// response in it: any other than 200 could come from a proxy, and the client could not tell.
    Json,
    /// `application/graphql-response+json`. Its status says what happened.
    GraphqlResponse,
}

impl Media {
    /// The type a client asks for: the heavier of the two; `application/json` when it names neither.
    pub(super) fn negotiate(headers: &HeaderMap) -> Self {
        let accept = headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok());
        let (mut json, mut graphql) = (0, 0);
        for (range, weight) in accept.flat_map(|value| value.split(',')).map(weighted) {
            match range.to_ascii_lowercase().as_str() {
                "application/graphql-response+json" => graphql = weight,
                "application/json" => json = weight,
                _ => {}
            }
        }
        if graphql > 0 && graphql >= json {
            Self::GraphqlResponse
        } else {
            Self::Json
        }
    }

    /// The `Content-Type` of the response.
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// The status of the response to a well-formed request.
    pub(super) fn status(self, response: &Response) -> StatusCode {
        if !is_request_error(response) {
            return StatusCode::OK;
        }
        match response.errors.first().and_then(code_of) {
            // For whatever stands between, too, and would send the same request again.
            Some(code::RATE_LIMITED) => StatusCode::TOO_MANY_REQUESTS,
            Some(code::UNAVAILABLE) => StatusCode::SERVICE_UNAVAILABLE,
            _ if self == Self::Json => StatusCode::OK,
            Some(code::UNAUTHENTICATED) => StatusCode::UNAUTHORIZED,
            Some(code::FORBIDDEN) => StatusCode::FORBIDDEN,
            Some(code::INTERNAL) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Whether the body of a request is JSON in UTF-8, as far as its `Content-Type` says.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let content_type = content_type.to_ascii_lowercase();
    let mut parts = content_type.split(';').map(str::trim);
    let is_utf8 = |part: &str| {
        part.strip_prefix("charset=")
            .is_none_or(|charset| charset.trim_matches('"') == "utf-8")
    };
    parts.next() == Some("application/json") && parts.all(is_utf8)
}

/// Whether the body of a request is as it is, neither compressed nor otherwise changed on its way.
pub(super) fn is_plain(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(CONTENT_ENCODING);
    codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn the_response_is_of_the_type_that_the_client_prefers() {
        for (accept, media) in [
            ("", Media::Json),
            ("*/*", Media::Json),
            ("application/*", Media::Json),
            ("text/html", Media::Json),
            ("application/json", Media::Json),
            ("application/graphql-response+json", Media::GraphqlResponse),
            (
                "Application/GraphQL-Response+JSON; charset=utf-8",
                Media::GraphqlResponse,
            ),
            (
                "application/json, application/graphql-response+json",
                Media::GraphqlResponse,
            ),
            (
                "application/graphql-response+json, application/json;q=0.9",
                Media::GraphqlResponse,
            ),
            ("application/graphql-response+json;q=0.8, application/json", Media::Json),
            ("application/graphql-response+json;q=0", Media::Json),
        ] {
            assert_eq!(Media::negotiate(&headers(ACCEPT, accept)), media, "{accept}");
        }
    }

    #[test]
    fn a_request_is_json_in_utf_8_or_refused() {
        for (content_type, accepted) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("application/json;charset=\"UTF-8\"", true),
            ("application/json; charset=iso-8859-1", false),
            ("application/graphql", false),
            ("text/plain", false),
            ("multipart/form-data; boundary=x", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            assert_eq!(
                is_json(&headers(CONTENT_TYPE, content_type)),
                accepted,
                "{content_type}"
            );
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn a_request_is_not_compressed() {
        assert!(is_plain(&HeaderMap::new()));
        for (coding, accepted) in [
            ("identity", true),
            ("Identity", true),
            ("gzip", false),
            ("gzip, identity", false),
        ] {
            assert_eq!(is_plain(&headers(CONTENT_ENCODING, coding)), accepted, "{coding}");
        }
    }
}
