//! What a document says twice and differently: arguments of one name on one field, fields of one name in one answer.
//!
//! The library finds all of it, and tells of each pair: there may be millions in a document of ordinary size. Found
//! here first, one is enough. And where there is none, the steps it took are those that the library takes too.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{Directive, ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Positioned, ServerError};
use async_graphql_value::Value;

use super::given::literals;
use super::{Excess, Limit, Refused, count, within};

/// Refuses a document that says something twice and differently, or takes too many steps to find out.
pub(super) fn check(document: &ExecutableDocument) -> Result<(), Refused> {
    let mut search = Search { document, steps: 0 };
    for (_, operation) in document.operations.iter() {
        check_directives(&operation.node.directives)?;
        search.check(&operation.node.selection_set.node)?;
    }
    for fragment in document.fragments.values() {
        check_directives(&fragment.node.directives)?;
        search.check(&fragment.node.selection_set.node)?;
    }
    Ok(())
}

type Arguments = [(Positioned<Name>, Positioned<Value>)];

fn check_directives(directives: &[Positioned<Directive>]) -> Result<(), Refused> {
    directives
        .iter()
        .try_for_each(|directive| check_arguments(&directive.node.arguments))
}

fn check_arguments(arguments: &Arguments) -> Result<(), Refused> {
    let mut names = HashSet::new();
    match arguments.iter().find(|(name, _)| !names.insert(name.node.as_str())) {
        Some((name, _)) => {
            let message = format!("There can only be one argument named \"{}\"", name.node);
            Err(ServerError::new(message, Some(name.pos)).into())
        }
        None => Ok(()),
    }
}

struct Search<'a> {
    document: &'a ExecutableDocument,
    steps: u64,
}

/// The fields of one answer: by the type that a fragment is for, as far as it says, and the name in the answer.
#[derive(Default)]
struct Answer<'a> {
    fields: HashMap<(Option<&'a str>, &'a str), &'a Positioned<Field>>,
    fragments: HashSet<&'a str>,
}

impl<'a> Search<'a> {
    /// Checks a selection and those inside of it.
    fn check(&mut self, selections: &'a SelectionSet) -> Result<(), Refused> {
        self.collect(&mut Answer::default(), None, selections)?;
        for selection in &selections.items {
            check_directives(selection.node.directives())?;
            match &selection.node {
                Selection::Field(field) => {
                    check_arguments(&field.node.arguments)?;
                    self.check(&field.node.selection_set.node)?;
                }
                Selection::InlineFragment(inline) => self.check(&inline.node.selection_set.node)?,
                Selection::FragmentSpread(_) => {}
            }
        }
        Ok(())
    }

    /// Adds fields to those of an answer, with the fields of fragments, each fragment once.
    fn collect(
        &mut self,
        answer: &mut Answer<'a>,
        on: Option<&'a str>,
        selections: &'a SelectionSet,
    ) -> Result<(), Refused> {
        for selection in &selections.items {
            self.step(1)?;
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.response_key().node.as_str();
                    match answer.fields.entry((on, name)) {
                        Entry::Occupied(one) => self.compare(name, one.get(), field)?,
                        Entry::Vacant(place) => {
                            place.insert(field);
                        }
                    }
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = condition.map(|condition| condition.node.on.node.as_str());
                    self.collect(answer, on, &inline.node.selection_set.node)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let fragment = self.document.fragments.get(name);
                    if let Some(fragment) = fragment.filter(|_| answer.fragments.insert(name)) {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.collect(answer, Some(on), &fragment.node.selection_set.node)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn compare(&mut self, name: &str, one: &Positioned<Field>, other: &Positioned<Field>) -> Result<(), Refused> {
        let (arguments, others) = (&one.node.arguments, &other.node.arguments);
        // The library looks for each argument among all of the other's.
        let pairs = count(arguments.len()).saturating_mul(count(others.len()));
        let values = others.iter().map(|(_, value)| literals(&value.node, &|_| 1));
        self.step(values.fold(pairs, u64::saturating_add))?;
        let (field, other_field) = (&one.node.name.node, &other.node.name.node);
        let agree = arguments.len() == others.len() && arguments.iter().all(|argument| has(others, argument));
        let difference = match field == other_field {
            true if agree => return Ok(()),
            true => "they have differing arguments".to_owned(),
            false => format!("\"{field}\" and \"{other_field}\" are different fields"),
        };
        let mut error = ServerError::new(
            format!(
                "Fields \"{name}\" conflict because {difference}. Use different aliases on the fields to fetch both \
                 if this was intentional."
            ),
            Some(one.pos),
        );
        error.locations.push(other.pos);
        Err(error.into())
    }

    fn step(&mut self, steps: u64) -> Result<(), Excess> {
        let most = Limit::Comparisons.maximum();
        self.steps = self.steps.saturating_add(steps).min(most + 1);
        within(Limit::Comparisons, self.steps)
    }
}

fn has(arguments: &Arguments, (name, value): &(Positioned<Name>, Positioned<Value>)) -> bool {
    let same = arguments.iter().find(|(other, _)| other.node == name.node);
    same.is_some_and(|(_, other)| other.node == value.node)
}
