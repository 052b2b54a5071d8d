//! How much a request may ask for, decided before any of it runs.
//!
//! In this order, so that nothing is done for a request that a cheaper look would have refused: the text is scanned
//! ([`scan`]), then parsed, then added up in one pass ([`tally`]) by the shape of the contract ([`shape`]) and what the
//! operation is given ([`given`]). The library's own limits are off: they expand every fragment each time it is spread
//! before they count.

mod given;
mod scan;
mod shape;
mod tally;
#[cfg(test)]
mod tests;

use async_graphql::Variables;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};

pub(crate) use scan::scan;
pub use shape::Shape;

use self::given::Given;
use self::tally::{Counter, Endless, Tally};

/// Something that a request may not have too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Bytes of the document.
    DocumentBytes,
    /// Bytes of a name in the document.
    NameBytes,
    /// Names, numbers, strings and signs of the document.
    Tokens,
    /// Brackets, or selections of fields and fragments, inside one another.
    Nesting,
    /// Operations in the document; one of them runs.
    Operations,
    /// Fields inside one another.
    Depth,
    /// Fields, those of a fragment as often as it is spread.
    Fields,
    /// Fields that the operation begins with.
    RootFields,
    /// Fields that the contract has not.
    UnknownFields,
    /// Fields under another name.
    Aliases,
    /// Directives.
    Directives,
    /// Values of arguments, those inside of variables as often as these are used.
    Values,
    /// Lists of the types of types, in introspection.
    Introspection,
    /// Objects and values that the answer may have.
    Cost,
}

impl Limit {
    /// The most there may be.
    #[must_use]
    pub const fn maximum(self) -> u64 {
        match self {
            Self::DocumentBytes => 100_000,
            Self::NameBytes => 128,
            Self::Tokens => 10_000,
            Self::Nesting => 40,
            // As deep as the query by which tools ask for the whole contract.
            Self::Operations | Self::Depth | Self::RootFields | Self::UnknownFields => 20,
            Self::Fields => 2_000,
            Self::Aliases | Self::Directives => 100,
            Self::Values | Self::Cost => 20_000,
            Self::Introspection => 1,
        }
    }

    /// What it is called in `extensions.limit`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DocumentBytes => "DOCUMENT_BYTES",
            Self::NameBytes => "NAME_BYTES",
            Self::Tokens => "TOKENS",
            Self::Nesting => "NESTING",
            Self::Operations => "OPERATIONS",
            Self::Depth => "DEPTH",
            Self::Fields => "FIELDS",
            Self::RootFields => "ROOT_FIELDS",
            Self::UnknownFields => "UNKNOWN_FIELDS",
            Self::Aliases => "ALIASES",
            Self::Directives => "DIRECTIVES",
            Self::Values => "VALUES",
            Self::Introspection => "INTROSPECTION",
            Self::Cost => "COST",
        }
    }
}

/// A limit that a request goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// What there is too much of.
    pub limit: Limit,
    /// How much there is; where counting stopped at the limit, one more than that.
    pub actual: u64,
}

impl Excess {
    /// What to tell the client.
    #[must_use]
    pub fn message(self) -> String {
        let maximum = self.limit.maximum();
        let actual = self.actual;
        match self.limit {
            Limit::DocumentBytes => format!("The document has {actual} bytes; it may have {maximum}."),
            Limit::NameBytes => format!("A name in the document has {actual} bytes; it may have {maximum}."),
            Limit::Tokens => format!("The document has {actual} tokens; it may have {maximum}."),
            Limit::Nesting => format!("The document nests {actual} deep; it may nest {maximum} deep."),
            Limit::Operations => format!("The document has {actual} operations; it may have {maximum}."),
            Limit::Depth => format!("The fields are {actual} deep; they may be {maximum} deep."),
            Limit::Fields => format!("The operation has {actual} fields; it may have {maximum}."),
            Limit::RootFields => format!("The operation begins with {actual} fields; it may with {maximum}."),
            Limit::UnknownFields => {
                format!("{actual} fields do not exist; no more than {maximum} are explained at once.")
            }
            Limit::Aliases => format!("The operation has {actual} aliases; it may have {maximum}."),
            Limit::Directives => format!("The operation has {actual} directives; it may have {maximum}."),
            Limit::Values => format!("The arguments have {actual} values; they may have {maximum}."),
            Limit::Introspection => {
                format!("Lists of introspection are {actual} deep; they may be {maximum} deep.")
            }
            Limit::Cost => format!("The operation costs {actual}; it may cost {maximum}: ask for smaller pages."),
        }
    }
}

/// Why a document is not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It asks for too much.
    Excess(Excess),
    /// A fragment is spread within itself, and would never end.
    Cycle(String),
}

/// Refuses a text that would be too costly to parse.
pub(crate) fn check_text(document: &str) -> Result<(), Excess> {
    within(Limit::DocumentBytes, count(document.len()))?;
    let found = scan(document.as_bytes(), usize::MAX);
    within(Limit::Tokens, count(found.tokens))?;
    within(Limit::Nesting, count(found.nesting))?;
    within(Limit::NameBytes, count(found.longest_name))
}

/// What a document within the limits asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measured {
    /// What its most costly operation costs.
    pub(crate) cost: u64,
    /// Whether any operation asks for the contract itself.
    pub(crate) introspects: bool,
}

/// Refuses a document of which any operation asks for too much: those that do not run are validated all the same.
pub(crate) fn check_document(
    shape: &Shape,
    document: &ExecutableDocument,
    variables: &Variables,
) -> Result<Measured, Refused> {
    within(Limit::Operations, count(document.operations.iter().len())).map_err(Refused::Excess)?;
    let mut measured = Measured::default();
    for (_, operation) in document.operations.iter() {
        let tally = tally(shape, document, &operation.node, variables)?;
        measured.cost = measured.cost.max(tally.cost);
        measured.introspects |= tally.introspects;
    }
    Ok(measured)
}

fn tally(
    shape: &Shape,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<Tally, Refused> {
    let counter = Counter::new(shape, document, Given::new(operation, variables));
    let tally = counter.count(operation).map_err(|endless| match endless {
        Endless::Cycle(fragment) => Refused::Cycle(fragment),
        Endless::Nesting => Refused::Excess(Excess {
            limit: Limit::Nesting,
            actual: Limit::Nesting.maximum() + 1,
        }),
    })?;
    for (limit, actual) in [
        (Limit::Nesting, tally.nesting),
        (Limit::Depth, tally.depth),
        (Limit::Fields, tally.fields),
        (Limit::RootFields, tally.roots),
        (Limit::Aliases, tally.aliases),
        (Limit::Directives, tally.directives),
        (Limit::Values, tally.values),
        (Limit::UnknownFields, tally.unknown),
        (Limit::Introspection, tally.introspection),
        (Limit::Cost, tally.cost),
    ] {
        within(limit, actual).map_err(Refused::Excess)?;
    }
    Ok(tally)
}

fn within(limit: Limit, actual: u64) -> Result<(), Excess> {
    if actual > limit.maximum() {
        return Err(Excess { limit, actual });
    }
    Ok(())
}

fn count(number: usize) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}
