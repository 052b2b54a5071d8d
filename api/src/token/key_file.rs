//! The signing key on disk: PKCS#8 in PEM, readable by nobody else.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};

use super::{Keys, new_signing_key};

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the signing key {path} cannot be used: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Others may read the file, so it proves nothing any more.
    #[error("the signing key {0} may be read by others; `chmod 600` it, or replace it if they may have read it")]
    Exposed(PathBuf),
    /// The file holds something else.
    #[error("{0} is not an Ed25519 private key in PKCS#8 PEM")]
    Malformed(PathBuf),
    /// The key cannot be written as PKCS#8.
    #[error("the signing key cannot be encoded")]
    Encoding,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Randomness(getrandom::Error),
}

impl Keys {
    /// The pair in a file; the first start makes one there, readable by its owner only.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        let failed = |cause| KeyError::Io {
            path: path.to_owned(),
            cause,
        };
        match File::open(path) {
            Ok(file) => load(path, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => match create(path)? {
                Some(key) => Self::of(&key),
                // Another process made it a moment ago.
                None => load(path, File::open(path).map_err(failed)?),
            },
            Err(error) => Err(failed(error)),
        }
    }
}

fn load(path: &Path, mut file: File) -> Result<Keys, KeyError> {
    let failed = |cause| KeyError::Io {
        path: path.to_owned(),
        cause,
    };
    if is_exposed(&file).map_err(failed)? {
        return Err(KeyError::Exposed(path.to_owned()));
    }
    let mut pem = String::new();
    file.read_to_string(&mut pem).map_err(failed)?;
    let key = SigningKey::from_pkcs8_pem(&pem).map_err(|_| KeyError::Malformed(path.to_owned()))?;
    Keys::of(&key)
}

/// Makes a key in a file that must not exist; `None` if it does after all.
fn create(path: &Path) -> Result<Option<SigningKey>, KeyError> {
    let failed = |cause| KeyError::Io {
        path: path.to_owned(),
        cause,
    };
    let key = new_signing_key()?;
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Encoding)?;
    let mut file = match private_file().open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    file.write_all(pem.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    Ok(Some(key))
}

/// Creates, never overwrites; never readable by others, not even for a moment.
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn is_exposed(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

/// Elsewhere the folder's access list decides, and says nothing we could check.
#[cfg(not(unix))]
fn is_exposed(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use entity::value::{Instant, UserId};
    use uuid::Uuid;

    use super::*;

    /// A folder that goes away with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let folder = std::env::temp_dir().join(format!("octroi_key_{}", Uuid::now_v7()));
            fs::create_dir(&folder).expect("a folder");
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn the_first_start_makes_a_private_key_that_the_next_one_finds() {
        let folder = Folder::new();
        let path = folder.0.join("octroi.key");
        let first = Keys::load_or_create(&path).expect("a new key");
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        let token = first.issue(UserId::new(), Instant(0)).expect("a token").token;
        let second = Keys::load_or_create(&path).expect("the same key");
        assert!(second.verify(&token, Instant(0)).is_ok());
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = Folder::new();
        let path = folder.0.join("octroi.key");
        Keys::load_or_create(&path).expect("a new key");
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("permissions");
            assert!(
                matches!(Keys::load_or_create(&path), Err(KeyError::Exposed(_))),
                "{mode:o}"
            );
        }
    }

    #[test]
    fn a_file_that_is_not_a_key_is_left_alone() {
        let folder = Folder::new();
        let path = folder.0.join("octroi.key");
        private_file()
            .open(&path)
            .and_then(|mut file| file.write_all(b"precious"))
            .expect("a file");
        assert!(matches!(Keys::load_or_create(&path), Err(KeyError::Malformed(_))));
        assert_eq!(fs::read(&path).expect("the file"), b"precious");
    }
}
