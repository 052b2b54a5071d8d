//! Who asks: from the `Authorization` header to an [`Actor`].

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use domain::{Actor, identity};
use entity::value::UserId;
use uuid::Uuid;

use crate::App;
use crate::graphql::error::{Error, Result};
use crate::token::Bearer;

/// Whom the token of a request names: nobody without a header; `UNAUTHENTICATED` with one that proves nothing, or no
/// longer.
///
/// A token that is not good is never taken for no token: the client would see less than it asked for, and not know why.
pub(super) fn user(app: &App, headers: &HeaderMap) -> Result<Option<UserId>> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let header = header.to_str().map_err(|_| Error::Unauthenticated)?;
    Ok(Some(verify(app, header)?.user_id))
}

/// The actor of a request, with what they hold now.
pub(super) async fn actor(app: &App, user: Option<UserId>, request_id: Uuid) -> Result<Actor> {
    match user {
        None => Ok(Actor::anonymous(request_id)),
        Some(user_id) => Ok(identity::queries::actor(&app.database, user_id, request_id).await?),
    }
}

/// Who the bearer of an `Authorization` is, and until when; `UNAUTHENTICATED` if it proves nothing, or no longer.
pub(super) fn verify(app: &App, authorization: &str) -> Result<Bearer> {
    let token = bearer(authorization).ok_or(Error::Unauthenticated)?;
    let bearer = app.keys.verify(token, app.database.clock().now());
    bearer.map_err(|_| Error::Unauthenticated)
}

/// The token of `Bearer …`; the name of the scheme is in any case.
pub(super) fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_is_a_token() {
        for (header, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(bearer(header), token, "{header}");
        }
    }
}
