//! What a request asks for, by name: few names, whatever clients call their operations.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Request;
use async_graphql::parser::types::{DocumentOperations, OperationType};
use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};

/// Longest name that is kept whole.
const LONGEST: usize = 64;
/// Most names told apart by the figures, beside those of the documents that the server knows. Clients choose them, and
/// each has figures of its own.
const MOST: usize = 200;
/// Most of them that strangers have chosen.
const MOST_OF_STRANGERS: usize = 50;

/// What kind of operation it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// It cannot be told.
    #[default]
    None,
    Query,
    Mutation,
    Subscription,
}

impl Kind {
    /// As it is written.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

impl From<OperationType> for Kind {
    fn from(operation: OperationType) -> Self {
        match operation {
            OperationType::Query => Self::Query,
            OperationType::Mutation => Self::Mutation,
            OperationType::Subscription => Self::Subscription,
        }
    }
}

impl EncodeLabelValue for Kind {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> std::fmt::Result {
        self.name().encode(encoder)
    }
}

/// The kind and the name of the operation that a request asks for. GraphQL's names are letters, digits and underscores.
pub(super) fn of(request: &mut Request) -> (Kind, Option<String>) {
    let wanted = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else {
        return (Kind::None, None);
    };
    match &document.operations {
        DocumentOperations::Single(operation) => (operation.node.ty.into(), None),
        DocumentOperations::Multiple(operations) => {
            let found = match wanted {
                Some(wanted) => operations.iter().find(|(name, _)| name.as_str() == wanted),
                None => operations.iter().next().filter(|_| operations.len() == 1),
            };
            found.map_or((Kind::None, None), |(name, operation)| {
                (operation.node.ty.into(), Some(shortened(name)))
            })
        }
    }
}

fn shortened(name: &str) -> String {
    name.chars().take(LONGEST).collect()
}

/// Who asked for an operation, as far as its name may be learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Anybody, for what was refused before it ran.
    InVain,
    ByStranger,
    BySomebody,
}

/// The names that the figures tell apart.
#[derive(Debug)]
pub(super) struct Names {
    /// Those of the documents that the server knows.
    known: HashSet<Arc<str>>,
    learnt: Mutex<Learnt>,
}

/// Those that clients came with.
#[derive(Debug, Default)]
struct Learnt {
    names: HashSet<Arc<str>>,
    of_strangers: usize,
}

impl Names {
    /// Those that are told apart whoever comes with others first.
    pub(super) fn new<'a>(known: impl Iterator<Item = &'a str>) -> Self {
        Self {
            known: known.map(|name| shortened(name).into()).collect(),
            learnt: Mutex::default(),
        }
    }

    /// What an operation counts as: its own name, `anonymous` without one, `other` once there are too many, or when it
    /// was refused before it ran: whoever only makes names up does not use them up.
    pub(super) fn count_as(&self, name: Option<&str>, asked: Asked) -> Arc<str> {
        let Some(name) = name else {
            return "anonymous".into();
        };
        if let Some(known) = self.known.get(name) {
            return Arc::clone(known);
        }
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = learnt.names.get(name) {
            return Arc::clone(known);
        }
        if !learnt.has_room(asked) {
            return "other".into();
        }
        let name: Arc<str> = name.into();
        learnt.names.insert(Arc::clone(&name));
        learnt.of_strangers += usize::from(asked == Asked::ByStranger);
        name
    }
}

impl Learnt {
    fn has_room(&self, asked: Asked) -> bool {
        let has_room = self.names.len() < MOST;
        match asked {
            Asked::InVain => false,
            Asked::ByStranger => has_room && self.of_strangers < MOST_OF_STRANGERS,
            Asked::BySomebody => has_room,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_found_as_the_execution_finds_it() {
        let long = "q".repeat(100);
        for (query, wanted, kind, name) in [
            ("{ a }", None, Kind::Query, None),
            ("mutation A { a }", None, Kind::Mutation, Some("A")),
            ("query A { a } mutation B { b }", Some("B"), Kind::Mutation, Some("B")),
            ("query A { a } mutation B { b }", None, Kind::None, None),
            ("query A { a }", Some("B"), Kind::None, None),
            ("subscription S { a }", None, Kind::Subscription, Some("S")),
            ("{", None, Kind::None, None),
            (&format!("query {long} {{ a }}"), None, Kind::Query, Some(&long[..64])),
        ] {
            let request = Request::new(query);
            let mut request = match wanted {
                Some(wanted) => request.operation_name(wanted),
                None => request,
            };
            assert_eq!(of(&mut request), (kind, name.map(str::to_owned)), "{query}");
        }
    }

    #[test]
    fn names_are_few_whatever_clients_call_their_operations() {
        let names = Names::new([].into_iter());
        assert_eq!(&*names.count_as(None, Asked::BySomebody), "anonymous");
        assert_eq!(&*names.count_as(Some("Refused"), Asked::InVain), "other");
        for number in 0..2 * MOST {
            names.count_as(Some(&format!("Name{number}")), Asked::BySomebody);
        }
        assert_eq!(
            &*names.count_as(Some("Name0"), Asked::InVain),
            "Name0",
            "the first ones stay"
        );
        assert_eq!(&*names.count_as(Some("Name399"), Asked::BySomebody), "other");
    }

    #[test]
    fn strangers_do_not_use_the_names_up() {
        let names = Names::new(["OfADocument"].into_iter());
        for number in 0..2 * MOST {
            names.count_as(Some(&format!("Stranger{number}")), Asked::ByStranger);
        }
        assert_eq!(&*names.count_as(Some("Stranger0"), Asked::ByStranger), "Stranger0");
        assert_eq!(&*names.count_as(Some("Stranger399"), Asked::ByStranger), "other");
        assert_eq!(&*names.count_as(Some("Somebody"), Asked::BySomebody), "Somebody");
        for number in 0..2 * MOST {
            names.count_as(Some(&format!("Name{number}")), Asked::BySomebody);
        }
        assert_eq!(
            &*names.count_as(Some("OfADocument"), Asked::InVain),
            "OfADocument",
            "what the server knows is told apart whoever came before"
        );
    }
}
