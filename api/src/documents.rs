//! Documents that the server knows by their hash, from a manifest that the build of a client writes.
//!
//! Clients then send a hash instead of a text, and a server that takes nothing else runs only what its own clients were
//! built with.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::graphql::error::{Error, Result};
use crate::graphql::limits;

/// Known documents.
#[derive(Debug, Default)]
pub struct Documents {
    /// Texts by their SHA-256 in hexadecimal.
    known: HashMap<String, String>,
    /// The names of their operations.
    operations: Vec<String>,
    only: bool,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read.
    #[error("{}: {}", .0.display(), .1)]
    Read(PathBuf, std::io::Error),
    /// It is in no form that we know.
    #[error(
        "{}: neither a JSON object of texts by their SHA-256, as Relay writes it, nor a manifest of persisted queries, \
         as Apollo does: {}", .0.display(), .1
    )]
    Form(PathBuf, serde_json::Error),
    /// A hash is not that of its text.
    #[error("{}: {} is not the SHA-256 of its document", .0.display(), .1)]
    Hash(PathBuf, String),
    /// A document does not parse, or is too large to run.
    #[error("{}: {}: {}", .0.display(), .1, .2)]
    Document(PathBuf, String, String),
}

/// What a manifest looks like.
#[derive(Deserialize)]
#[serde(untagged)]
enum Manifest {
    /// That of Apollo's clients.
    Operations { operations: Vec<Operation> },
    /// That of Relay's compiler: texts by their hash.
    Texts(HashMap<String, String>),
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

impl Documents {
    /// Those of a manifest; with `only`, nothing else runs.
    ///
    /// # Errors
    ///
    /// What is wrong with the manifest: one that names a document wrongly would refuse a client later.
    pub fn load(path: &Path, only: bool) -> std::result::Result<Self, ManifestError> {
        let text = std::fs::read(path).map_err(|error| ManifestError::Read(path.into(), error))?;
        let manifest = serde_json::from_slice(&text).map_err(|error| ManifestError::Form(path.into(), error))?;
        let texts: Vec<(String, String)> = match manifest {
            Manifest::Operations { operations } => operations.into_iter().map(|one| (one.id, one.body)).collect(),
            Manifest::Texts(texts) => texts.into_iter().collect(),
        };
        let mut known = HashMap::with_capacity(texts.len());
        let mut operations = Vec::with_capacity(texts.len());
        for (id, text) in texts {
            let hash = id.to_ascii_lowercase();
            if hash != hash_of(&text) {
                return Err(ManifestError::Hash(path.into(), id));
            }
            let document = read(&text).map_err(|reason| ManifestError::Document(path.into(), id, reason))?;
            let names = document.operations.iter().filter_map(|(name, _)| name);
            operations.extend(names.map(ToString::to_string));
            known.insert(hash, text);
        }
        Ok(Self {
            known,
            operations,
            only,
        })
    }

    /// The names of the operations of them all.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().map(String::as_str)
    }

    /// The text of the document that a client sends, or names by its hash.
    ///
    /// # Errors
    ///
    /// `PERSISTED_QUERY_NOT_FOUND` if it is not known, and has to be; `BAD_USER_INPUT` if the hash is of another text.
    pub fn find(&self, text: Option<String>, hash: Option<&str>) -> Result<String> {
        let hash = hash.map(str::to_ascii_lowercase);
        let Some(text) = text else {
            let known = hash.and_then(|hash| self.known.get(&hash));
            return known.cloned().ok_or(Error::UnknownDocument);
        };
        if hash.is_some_and(|hash| hash != hash_of(&text)) {
            return Err(Error::BadUserInput(
                "The hash is not the SHA-256 of the document.".to_owned(),
            ));
        }
        if self.only && !self.known.contains_key(&hash_of(&text)) {
            return Err(Error::UnknownDocument);
        }
        Ok(text)
    }
}

fn hash_of(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

fn read(text: &str) -> std::result::Result<ExecutableDocument, String> {
    limits::check_text(text).map_err(limits::Refused::message)?;
    parse_query(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::env::temp_dir;

    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    const TEXT: &str = "query A { viewer { user { id } } }";

    fn load(manifest: &Value, only: bool) -> std::result::Result<Documents, ManifestError> {
        let path = temp_dir().join(format!("octroi-{}.json", Uuid::now_v7()));
        std::fs::write(&path, manifest.to_string()).expect("a file");
        let documents = Documents::load(&path, only);
        std::fs::remove_file(&path).expect("a file");
        documents
    }

    fn found(
        documents: &Documents,
        text: Option<&str>,
        hash: Option<&str>,
    ) -> std::result::Result<String, &'static str> {
        documents
            .find(text.map(str::to_owned), hash)
            .map_err(|error| error.code())
    }

    #[test]
    fn a_document_is_known_by_its_hash_in_the_manifests_of_relay_and_apollo() {
        let hash = hash_of(TEXT);
        let apollo = json!({ "format": "apollo-persisted-query-manifest", "version": 1,
            "operations": [{ "id": hash, "name": "A", "type": "query", "body": TEXT }] });
        for manifest in [json!({ hash.as_str(): TEXT }), apollo] {
            let documents = load(&manifest, false).expect("a manifest");
            assert_eq!(found(&documents, None, Some(&hash)).as_deref(), Ok(TEXT));
            assert_eq!(found(&documents, None, Some(&hash.to_uppercase())).as_deref(), Ok(TEXT));
            assert_eq!(found(&documents, None, Some("abc")), Err("PERSISTED_QUERY_NOT_FOUND"));
            assert_eq!(found(&documents, Some("{ a }"), None).as_deref(), Ok("{ a }"));
            assert_eq!(documents.operations().collect::<Vec<_>>(), ["A"]);
        }
    }

    #[test]
    fn where_nothing_else_runs_another_text_is_not_found() {
        let documents = load(&json!({ hash_of(TEXT).as_str(): TEXT }), true).expect("a manifest");
        assert_eq!(found(&documents, Some(TEXT), None).as_deref(), Ok(TEXT));
        assert_eq!(found(&documents, Some("{ a }"), None), Err("PERSISTED_QUERY_NOT_FOUND"));
        let other = hash_of("{ a }");
        assert_eq!(
            found(&documents, Some("{ a }"), Some(&other)),
            Err("PERSISTED_QUERY_NOT_FOUND")
        );
        assert_eq!(found(&documents, Some(TEXT), Some(&other)), Err("BAD_USER_INPUT"));
    }

    #[test]
    fn a_manifest_that_is_wrong_is_not_used() {
        assert!(matches!(load(&json!([]), false), Err(ManifestError::Form(..))));
        assert!(matches!(
            load(&json!({ "abc": TEXT }), false),
            Err(ManifestError::Hash(..))
        ));
        let broken = json!({ hash_of("{").as_str(): "{" });
        assert!(matches!(load(&broken, false), Err(ManifestError::Document(..))));
        let nowhere = Documents::load(Path::new("/nowhere/manifest.json"), false);
        assert!(matches!(nowhere, Err(ManifestError::Read(..))));
    }
}
