//! Access tokens: short-lived, signed JSON Web Tokens that say who their bearer is, and nothing of what they may do.

mod key_file;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use entity::value::{Instant, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use key_file::KeyError;

/// How long a token works. Roles are looked up at every request, so this bounds only how long a signed-out client
/// goes on.
const LIFETIME_SECONDS: i64 = 15 * 60;
/// How far ahead the clock of the server that issued a token may be.
const SKEW_SECONDS: i64 = 5;
/// Who issues the tokens, and whom they are for.
const OCTROI: &str = "octroi";

/// What signs and checks access tokens: one Ed25519 key pair.
pub struct Keys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    header: Header,
    validation: Validation,
}

/// A token that was just issued.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// What the client sends as `Authorization: Bearer …`.
    pub token: String,
    /// When it stops working.
    pub expires_at: Instant,
}

/// Whom a good token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The person it was issued to.
    pub user_id: UserId,
    /// When it stops working.
    pub expires_at: Instant,
}

/// Why a token is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one of ours.
    #[error("the access token is not valid")]
    Invalid,
    /// One of ours, at another time.
    #[error("the access token has expired, or is not valid yet")]
    Expired,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    iss: String,
    aud: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
}

impl Keys {
    /// A new pair that lives in memory only: for tests and demonstrations.
    pub fn generate() -> Result<Self, KeyError> {
        Self::of(&new_signing_key()?)
    }

    /// The pair of a private key.
    fn of(key: &SigningKey) -> Result<Self, KeyError> {
        let document = key.to_pkcs8_der().map_err(|_| KeyError::Encoding)?;
        let public = key.verifying_key();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(BASE64_URL_SAFE_NO_PAD.encode(public.as_bytes()));
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[OCTROI]);
        validation.set_audience(&[OCTROI]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // The library compares with the machine's clock; `verify` compares with ours.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            encoding: EncodingKey::from_ed_der(document.as_bytes()),
            decoding: DecodingKey::from_ed_der(public.as_bytes()),
            header,
            validation,
        })
    }

    /// Issues a token for a person who has just proved who they are.
    pub fn issue(&self, user: UserId, now: Instant) -> domain::Result<AccessToken> {
        let issued = seconds(now);
        let expires = issued.saturating_add(LIFETIME_SECONDS);
        let claims = Claims {
            sub: user.into(),
            iss: OCTROI.to_owned(),
            aud: OCTROI.to_owned(),
            iat: issued,
            nbf: issued,
            exp: expires,
            jti: Uuid::now_v7(),
        };
        let token = jsonwebtoken::encode(&self.header, &claims, &self.encoding).map_err(domain::Error::internal)?;
        Ok(AccessToken {
            token,
            expires_at: instant(expires),
        })
    }

    /// Whose token it is and until when, if it is good at this instant.
    pub fn verify(&self, token: &str, now: Instant) -> Result<Bearer, TokenError> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(|_| TokenError::Invalid)?
            .claims;
        let now = seconds(now);
        if claims.nbf > now.saturating_add(SKEW_SECONDS) || claims.exp <= now {
            return Err(TokenError::Expired);
        }
        Ok(Bearer {
            user_id: UserId(claims.sub),
            expires_at: instant(claims.exp),
        })
    }
}

fn new_signing_key() -> Result<SigningKey, KeyError> {
    let mut secret = [0_u8; 32];
    getrandom::fill(&mut secret).map_err(KeyError::Randomness)?;
    Ok(SigningKey::from_bytes(&secret))
}

/// Whole seconds since the Unix epoch: the `NumericDate` of RFC 7519.
fn seconds(instant: Instant) -> i64 {
    instant.0.div_euclid(1_000_000)
}

/// The instant of a `NumericDate`.
fn instant(seconds: i64) -> Instant {
    Instant(seconds.saturating_mul(1_000_000))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::encode;
    use serde_json::{Value, json};

    use super::*;

    const NOW: Instant = Instant(1_530_000_000_000_000);

    fn later(seconds: i64) -> Instant {
        Instant(NOW.0 + seconds * 1_000_000)
    }

    fn claims(change: Value) -> Value {
        let now = seconds(NOW);
        let mut claims = json!({
            "sub": Uuid::nil(), "iss": "octroi", "aud": "octroi",
            "iat": now, "nbf": now, "exp": now + 60, "jti": Uuid::nil(),
        });
        if let (Value::Object(claims), Value::Object(change)) = (&mut claims, change) {
            claims.extend(change);
        }
        claims
    }

    /// A token of these claims, signed as ours are.
    fn forged(keys: &Keys, change: Value) -> String {
        encode(&keys.header, &claims(change), &keys.encoding).expect("a token")
    }

    #[test]
    fn a_token_names_its_bearer_for_fifteen_minutes() {
        let keys = Keys::generate().expect("keys");
        let user = UserId::new();
        let issued = keys.issue(user, NOW).expect("a token");
        let bearer = Bearer {
            user_id: user,
            expires_at: later(900),
        };
        assert_eq!(keys.verify(&issued.token, NOW), Ok(bearer));
        assert_eq!(keys.verify(&issued.token, later(899)), Ok(bearer));
        assert_eq!(keys.verify(&issued.token, later(900)), Err(TokenError::Expired));
        assert_eq!(issued.expires_at, later(900));
    }

    #[test]
    fn a_token_from_the_future_is_refused_beyond_the_skew_of_clocks() {
        let keys = Keys::generate().expect("keys");
        let issued = keys.issue(UserId::new(), NOW).expect("a token");
        assert!(keys.verify(&issued.token, later(-5)).is_ok());
        assert_eq!(keys.verify(&issued.token, later(-6)), Err(TokenError::Expired));
    }

    #[test]
    fn a_token_signed_by_another_key_is_refused() {
        let (ours, theirs) = (Keys::generate().expect("keys"), Keys::generate().expect("keys"));
        let token = theirs.issue(UserId::new(), NOW).expect("a token").token;
        assert_eq!(ours.verify(&token, NOW), Err(TokenError::Invalid));
    }

    #[test]
    fn a_token_of_another_algorithm_is_refused_even_when_its_signature_fits() {
        let keys = Keys::generate().expect("keys");
        // The classic confusion: the public key, which anybody may know, used as the secret of an HMAC.
        let public = BASE64_URL_SAFE_NO_PAD
            .decode(keys.header.kid.as_deref().unwrap_or_default())
            .expect("a key");
        let header = Header::new(Algorithm::HS256);
        let confused = encode(&header, &claims(json!({})), &EncodingKey::from_secret(&public)).expect("a token");
        assert_eq!(keys.verify(&confused, NOW), Err(TokenError::Invalid));

        let none = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let body = BASE64_URL_SAFE_NO_PAD.encode(claims(json!({})).to_string());
        for unsigned in [format!("{none}.{body}."), format!("{none}.{body}")] {
            assert_eq!(keys.verify(&unsigned, NOW), Err(TokenError::Invalid));
        }
    }

    #[test]
    fn a_token_for_somebody_else_or_without_its_claims_is_refused() {
        let keys = Keys::generate().expect("keys");
        assert_eq!(
            keys.verify(&forged(&keys, json!({})), NOW).map(|bearer| bearer.user_id),
            Ok(UserId(Uuid::nil())),
            "the control"
        );
        for change in [
            json!({ "aud": "elsewhere" }),
            json!({ "aud": ["elsewhere"] }),
            json!({ "aud": null }),
            json!({ "iss": "elsewhere" }),
            json!({ "iss": null }),
            json!({ "exp": null }),
            json!({ "nbf": null }),
            json!({ "sub": "admin" }),
        ] {
            assert_eq!(
                keys.verify(&forged(&keys, change.clone()), NOW),
                Err(TokenError::Invalid),
                "{change}"
            );
        }
    }

    #[test]
    fn a_token_that_was_changed_is_refused() {
        let keys = Keys::generate().expect("keys");
        let token = forged(&keys, json!({}));
        let (_, signature) = token.rsplit_once('.').expect("a signature");
        let header = token.split('.').next().expect("a header");
        let body = BASE64_URL_SAFE_NO_PAD.encode(claims(json!({ "sub": Uuid::max() })).to_string());
        assert_eq!(
            keys.verify(&format!("{header}.{body}.{signature}"), NOW),
            Err(TokenError::Invalid)
        );
        for garbage in ["", ".", "..", "a.b.c", "é"] {
            assert_eq!(keys.verify(garbage, NOW), Err(TokenError::Invalid), "{garbage}");
        }
    }
}
