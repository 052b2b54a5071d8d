//! How much a request may ask for, decided before any of it runs.
//!
//! In this order, so that nothing is done for a request that a cheaper look would have refused: the text is scanned
//! ([`scan`]), then parsed, then added up in one pass ([`tally`]) by the shape of the contract ([`shape`], [`census`])
//! and what the operation is given ([`given`]), then searched for what contradicts itself ([`clash`]). The limits that
//! the library has are off: they expand every fragment each time it is spread before they count.

mod census;
mod clash;
mod given;
mod scan;
mod shape;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};
use async_graphql::{ServerError, Variables};

pub(crate) use scan::scan;
pub use shape::Shape;

use self::given::Given;
use self::tally::{Counter, Tally};

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
    /// Fields and fragments, with or without a name, those in a fragment as often as it is spread.
    Selections,
    /// Fields that the operation begins with.
    RootFields,
    /// Fields that the contract has not.
    UnknownFields,
    /// Fields under another name.
    Aliases,
    /// Directives.
    Directives,
    /// Values of arguments, those inside of variables as often as these are used; texts by their length.
    Values,
    /// Steps to see whether fields of one name agree.
    Comparisons,
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
            Self::Selections => 4_000,
            Self::Aliases | Self::Directives => 100,
            Self::Values | Self::Cost => 20_000,
            Self::Comparisons => 50_000,
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
            Self::Selections => "SELECTIONS",
            Self::RootFields => "ROOT_FIELDS",
            Self::UnknownFields => "UNKNOWN_FIELDS",
            Self::Aliases => "ALIASES",
            Self::Directives => "DIRECTIVES",
            Self::Values => "VALUES",
            Self::Comparisons => "COMPARISONS",
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
            Limit::Selections => {
                format!("The operation has {actual} fields and fragments; it may have {maximum}.")
            }
            Limit::RootFields => format!("The operation begins with {actual} fields; it may with {maximum}."),
            Limit::UnknownFields => {
                format!("{actual} fields do not exist; no more than {maximum} are explained at once.")
            }
            Limit::Aliases => format!("The operation has {actual} aliases; it may have {maximum}."),
            Limit::Directives => format!("The operation has {actual} directives; it may have {maximum}."),
            Limit::Values => format!("The arguments have {actual} values; they may have {maximum}."),
            Limit::Comparisons => {
                format!("Whether its fields agree takes {actual} steps to see; it may take {maximum}.")
            }
            Limit::Introspection => {
                format!("Lists of introspection are {actual} deep; they may be {maximum} deep.")
            }
            Limit::Cost => format!("The operation costs {actual}; it may cost {maximum}: ask for smaller pages."),
        }
    }
}

/// Why a document is not run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refused {
    /// It asks for too much.
    Excess(Excess),
    /// It is none that could run, and to find out all that is wrong with it would cost too much.
    Invalid(ServerError),
}

impl Refused {
    /// What to tell the client.
    pub(crate) fn message(self) -> String {
        match self {
            Self::Excess(excess) => excess.message(),
            Self::Invalid(error) => error.message,
        }
    }
}

impl From<Excess> for Refused {
    fn from(excess: Excess) -> Self {
        Self::Excess(excess)
    }
}

impl From<ServerError> for Refused {
    fn from(error: ServerError) -> Self {
        Self::Invalid(error)
    }
}

/// Refuses a text that would be too costly to parse.
pub(crate) fn check_text(document: &str) -> Result<(), Refused> {
    within(Limit::DocumentBytes, count(document.len()))?;
    let found = scan(document.as_bytes(), usize::MAX);
    within(Limit::Tokens, count(found.tokens))?;
    within(Limit::Nesting, count(found.nesting))?;
    within(Limit::NameBytes, count(found.longest_name))?;
    // The parser would look for the end each time it seems to begin, and go through the rest of the text for it.
    if found.is_open {
        let message = "A string that begins with three quotes does not end with three.";
        return Err(ServerError::new(message, None).into());
    }
    Ok(())
}

/// Refuses variables that no operation could use, whether it does or not: a request that waits for its turn keeps them.
pub(crate) fn check_variables(variables: &Variables) -> Result<(), Refused> {
    Ok(within(Limit::Values, given::total(variables))?)
}

/// What a document within the limits asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measured {
    /// What its most costly operation costs.
    pub(crate) cost: u64,
    /// Whether any operation asks for the contract itself.
    pub(crate) introspects: bool,
}

/// Refuses a document of which any operation asks for too much: those that do not run are validated all the same. So
/// are fragments, each of which an operation has to lead to.
pub(crate) fn check_document(
    shape: &Shape,
    document: &ExecutableDocument,
    variables: &Variables,
) -> Result<Measured, Refused> {
    within(Limit::Operations, count(document.operations.iter().len()))?;
    let mut measured = Measured::default();
    let mut reached = HashSet::new();
    for (_, operation) in document.operations.iter() {
        let given = Given::new(&operation.node, variables);
        let mut counter = Counter::new(shape, document, given);
        let tally = tally(&mut counter, &operation.node)?;
        reached.extend(counter.reached());
        measured.cost = measured.cost.max(tally.cost);
        measured.introspects |= tally.introspects;
    }
    let unused = document
        .fragments
        .iter()
        .find(|(name, _)| !reached.contains(name.as_str()));
    if let Some((name, fragment)) = unused {
        let message = format!("Fragment \"{name}\" is never used");
        return Err(ServerError::new(message, Some(fragment.pos)).into());
    }
    clash::check(document)?;
    Ok(measured)
}

fn tally<'a>(counter: &mut Counter<'a>, operation: &'a OperationDefinition) -> Result<Tally, Refused> {
    let tally = counter.count(operation)?;
    for (limit, actual) in [
        (Limit::Nesting, tally.nesting),
        (Limit::Depth, tally.depth),
        (Limit::Fields, tally.fields),
        (Limit::Selections, tally.selections),
        (Limit::RootFields, tally.roots),
        (Limit::Aliases, tally.aliases),
        (Limit::Directives, tally.directives),
        (Limit::Values, tally.values),
        (Limit::UnknownFields, tally.unknown),
        (Limit::Introspection, tally.introspection),
        (Limit::Cost, tally.cost),
    ] {
        within(limit, actual)?;
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
