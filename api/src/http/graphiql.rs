//! `GET /`: GraphiQL, a page to try the contract on.
//!
//! The page is ours rather than the library's, which runs scripts of any version that its source serves: here browsers
//! run exactly the files whose digests the page names, and the one script in it, by a number that is never used twice.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType};
use base64::{Engine, prelude::BASE64_STANDARD};

use crate::graphql::error::Error;

const PAGE: &str = include_str!("graphiql.html");

/// Where the page stands for the number of its script.
const NONCE: &str = "{nonce}";

/// Answers the page, with what it may load and whom it may talk to.
pub(super) async fn get() -> HttpResponse {
    let mut random = [0_u8; 18];
    if let Err(error) = getrandom::fill(&mut random) {
        Error::internal(error);
        return HttpResponse::InternalServerError().finish();
    }
    let nonce = BASE64_STANDARD.encode(random);
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, policy(&nonce)))
        .body(PAGE.replace(NONCE, &nonce))
}

fn policy(nonce: &str) -> String {
    let [scripts, styles] = [".js", ".css"].map(|kind| {
        let files = PAGE
            .split('"')
            .filter(|text| text.starts_with("https://") && text.ends_with(kind));
        files.collect::<Vec<_>>().join(" ")
    });
    [
        "default-src 'none'",
        &format!("script-src 'nonce-{nonce}' {scripts}"),
        &format!("style-src 'nonce-{nonce}' {styles}"),
        "connect-src 'self'",
        "font-src data:",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_the_page_loads_is_pinned_by_its_digest() {
        let loaded = PAGE.matches("https://unpkg.com/").count();
        assert_eq!(loaded, 4);
        assert_eq!(PAGE.matches("integrity=\"sha384-").count(), loaded);
        assert_eq!(PAGE.matches("crossorigin=\"anonymous\"").count(), loaded);
        assert_eq!(PAGE.matches("https://").count(), loaded, "nothing else");
    }

    #[test]
    fn the_policy_names_what_the_page_loads_and_nothing_else() {
        let policy = policy("N");
        assert!(
            policy.contains("script-src 'nonce-N' https://unpkg.com/react@18.3.1/umd/react.production.min.js "),
            "{policy}"
        );
        assert!(policy.contains("style-src 'nonce-N' https://unpkg.com/graphiql@3.9.0/graphiql.min.css;"));
        assert_eq!(policy.matches("https://").count(), 4);
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    }
}
