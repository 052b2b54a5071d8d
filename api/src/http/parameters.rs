//! What a client asks to be run, by POST, by GET or over a socket.

use std::fmt;
use std::marker::PhantomData;

use async_graphql::{Request, Variables};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::documents::Documents;
use crate::graphql::error::Error;

/// The parameters of the GraphQL-over-HTTP specification, which `graphql-transport-ws` has taken over. Others are
/// ignored, as it asks.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    /// The document, or none if the client names one that the server knows.
    pub(super) query: Option<String>,
    /// Which operation of the document to run.
    pub(super) operation_name: Option<String>,
    /// The values of its variables.
    #[serde(default)]
    pub(super) variables: Variables,
    /// The SHA-256 of a document that the server knows, as the appendix on persisted documents has it: `sha256:…`.
    pub(super) document_id: Option<String>,
    /// Must be a map.
    #[serde(default)]
    pub(super) extensions: Option<Map<Extensions>>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extensions {
    persisted_query: Option<Map<PersistedQuery>>,
}

/// How Apollo's clients name a document.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct PersistedQuery {
    sha256_hash: String,
}

/// What is written as a map, and not as the list of its values, from which the fields of a structure are read as well.
#[derive(Debug, PartialEq)]
pub(super) struct Map<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Map<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MapVisitor(PhantomData))
    }
}

struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MapVisitor<T> {
    type Value = Map<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Map<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Map)
    }
}

impl Parameters {
    /// Whether they have a document, or name one.
    pub(super) fn has_document(&self) -> bool {
        self.query.is_some() || self.hash().is_some()
    }

    /// The SHA-256, in hexadecimal, of the document that the client names, if it names one.
    fn hash(&self) -> Option<&str> {
        let apollo = || {
            Some(
                self.extensions
                    .as_ref()?
                    .0
                    .persisted_query
                    .as_ref()?
                    .0
                    .sha256_hash
                    .as_str(),
            )
        };
        let id = self.document_id.as_deref();
        id.map(|id| id.strip_prefix("sha256:").unwrap_or(id)).or_else(apollo)
    }

    /// The request they make, if the document may run.
    pub(super) fn request(mut self, documents: &Documents) -> Result<Request, Error> {
        let text = self.query.take();
        let request = Request::new(documents.find(text, self.hash())?).variables(self.variables);
        Ok(match self.operation_name {
            Some(name) => request.operation_name(name),
            None => request,
        })
    }
}
