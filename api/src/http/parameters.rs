//! What a client asks to be run, by POST, by GET or over a socket.

use async_graphql::{Request, Variables};
use serde::Deserialize;

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
    pub(super) extensions: Option<Extensions>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extensions {
    persisted_query: Option<PersistedQuery>,
}

/// How Apollo's clients name a document.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct PersistedQuery {
    sha256_hash: String,
}

impl Parameters {
    /// Whether they have a document, or name one.
    pub(super) fn has_document(&self) -> bool {
        self.query.is_some() || self.hash().is_some()
    }

    /// The SHA-256, in hexadecimal, of the document that the client names, if it names one.
    fn hash(&self) -> Option<&str> {
        let apollo = || Some(self.extensions.as_ref()?.persisted_query.as_ref()?.sha256_hash.as_str());
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
