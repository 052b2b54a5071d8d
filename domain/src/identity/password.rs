//! Password hashing: argon2id with 19 MiB, two passes, one lane, the parameters kept in each hash.
//!
//! Source: OWASP Password Storage Cheat Sheet. A hash takes some 16 ms of one core: call these off the async threads.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use crate::{Error, Result};

/// A well-formed hash of no password, checked when the account does not exist so that the answer takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUhIQ$1fmK4kFJYtbEhFk0x8gSbXQGJ9yPNRGqzbJ6aKVYyPI";

/// Hashes a password with a fresh salt, into a PHC string.
pub fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(Error::internal)
}

/// Whether the password is the one that was hashed. Without a hash the answer is no, and takes as long to come.
#[must_use]
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else {
        return false;
    };
    let matches = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    matches && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_and_no_other_password_is() {
        let hashed = hash("correct horse battery").expect("a hash");
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse battery", Some(&hashed)));
        assert!(!verify("correct horse batterz", Some(&hashed)));
        assert_ne!(hash("correct horse battery").expect("a hash"), hashed, "salted");
    }

    #[test]
    fn no_password_opens_an_account_that_does_not_exist() {
        assert!(PasswordHash::new(NOBODY).is_ok(), "the work must be done");
        assert!(!verify("", None));
        assert!(!verify("nobody", None));
    }
}
