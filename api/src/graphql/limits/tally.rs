//! What a document asks for, added up before any of it runs.
//!
//! One pass over the parsed document: each fragment is added up once, however often it is spread, and sums stop at the
//! largest number instead of starting again from nought. So a short document that doubles its fragments thirty times is
//! as quick to refuse as any other.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, ServerError};

use super::given::Given;
use super::shape::{self, Fields, Shape};
use super::{Excess, Limit, Refused};

/// What a selection asks for, its fragments included as often as they are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) fields: u64,
    /// Fields, fragments that are spread and fragments without a name: each is walked through, be there a field in it
    /// or not.
    pub(super) selections: u64,
    /// Those of them that are not inside another.
    pub(super) roots: u64,
    pub(super) aliases: u64,
    pub(super) directives: u64,
    /// Fields that the contract has not.
    pub(super) unknown: u64,
    /// Values of arguments, those inside of lists, objects and variables included: each is copied where it is used.
    pub(super) values: u64,
    /// Fields inside one another.
    pub(super) depth: u64,
    /// Selections inside one another: those of fields and of fragments.
    pub(super) nesting: u64,
    /// Lists of introspection inside one another, which lead from type to type without end.
    pub(super) introspection: u64,
    /// Objects and values that it may answer.
    pub(super) cost: u64,
    /// Whether it asks for the contract itself.
    pub(super) introspects: bool,
}

impl Tally {
    /// Both together, side by side.
    fn and(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            selections: self.selections.saturating_add(other.selections),
            roots: self.roots.saturating_add(other.roots),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            unknown: self.unknown.saturating_add(other.unknown),
            values: self.values.saturating_add(other.values),
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            introspection: self.introspection.max(other.introspection),
            cost: self.cost.saturating_add(other.cost),
            introspects: self.introspects || other.introspects,
        }
    }
}

/// Adds up an operation of a document.
pub(super) struct Counter<'a> {
    shape: &'a Shape,
    document: &'a ExecutableDocument,
    given: Given<'a>,
    /// Fragments added up; `None` while one is.
    fragments: HashMap<&'a str, Option<Tally>>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(shape: &'a Shape, document: &'a ExecutableDocument, given: Given<'a>) -> Self {
        Self {
            shape,
            document,
            given,
            fragments: HashMap::new(),
        }
    }

    pub(super) fn count(&mut self, operation: &'a OperationDefinition) -> Result<Tally, Refused> {
        let root = self.shape.fields(shape::root(operation.ty));
        let selected = self.selections(&operation.selection_set.node, root, 1)?;
        Ok(selected.and(self.directives(&operation.directives)))
    }

    /// The names of the fragments that the operation leads to.
    pub(super) fn reached(self) -> impl Iterator<Item = &'a str> {
        self.fragments.into_keys()
    }

    fn selections(
        &mut self,
        selections: &'a SelectionSet,
        on: Option<&'a Fields>,
        level: u64,
    ) -> Result<Tally, Refused> {
        if level > Limit::Nesting.maximum() && !selections.items.is_empty() {
            return Err(Refused::from(Excess {
                limit: Limit::Nesting,
                actual: Limit::Nesting.maximum() + 1,
            }));
        }
        let mut sum = Tally::default();
        for selection in &selections.items {
            let selected = match &selection.node {
                Selection::Field(field) => self.field(&field.node, on, level)?,
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| self.shape.fields(&condition.node.on.node));
                    self.selections(&inline.node.selection_set.node, on, level + 1)?
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name, level)?,
            };
            let directives = self.directives(selection.node.directives());
            sum = sum.and(selected).and(directives);
            sum.selections = sum.selections.saturating_add(1);
        }
        sum.nesting += u64::from(!selections.items.is_empty());
        Ok(sum)
    }

    fn field(&mut self, field: &'a Field, on: Option<&'a Fields>, level: u64) -> Result<Tally, Refused> {
        let name = field.name.node.as_str();
        let known = on.and_then(|fields| fields.get(name));
        let is_unknown = on.is_some() && known.is_none() && name != "__typename";
        let target = known.and_then(|known| self.shape.fields(&known.of));
        let inside = self.selections(&field.selection_set.node, target, level + 1)?;
        let arguments = field.arguments.iter().map(|(_, value)| self.given.size(&value.node));
        let values = arguments.fold(0, u64::saturating_add);
        let cost = known.map_or(inside.cost, |known| self.given.cost(known.size, field, inside.cost));
        Ok(Tally {
            fields: inside.fields.saturating_add(1),
            roots: 1,
            aliases: inside.aliases.saturating_add(u64::from(field.alias.is_some())),
            unknown: inside.unknown.saturating_add(u64::from(is_unknown)),
            values: inside.values.saturating_add(values),
            depth: inside.depth.saturating_add(1),
            introspection: inside.introspection + u64::from(known.is_some_and(|known| known.is_endless)),
            cost: cost.saturating_add(1),
            introspects: inside.introspects || matches!(name, "__schema" | "__type"),
            ..inside
        })
    }

    /// Adds up a fragment, the first time.
    fn fragment(&mut self, spread: &'a Positioned<Name>, level: u64) -> Result<Tally, Refused> {
        let name = spread.node.as_str();
        let invalid = |message| Refused::from(ServerError::new(message, Some(spread.pos)));
        match self.fragments.get(name) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => return Err(invalid(format!("The fragment \"{name}\" is spread within itself."))),
            None => {}
        }
        // The library would walk through all that leads here, as often as it is spread, before it says so.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Err(invalid(format!("Unknown fragment: \"{name}\"")));
        };
        self.fragments.insert(name, None);
        let on = self.shape.fields(&fragment.node.type_condition.node.on.node);
        let inside = self.selections(&fragment.node.selection_set.node, on, level + 1)?;
        let tally = inside.and(self.directives(&fragment.node.directives));
        self.fragments.insert(name, Some(tally));
        Ok(tally)
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> Tally {
        let mut tally = Tally::default();
        for directive in directives {
            let arguments = directive
                .node
                .arguments
                .iter()
                .map(|(_, value)| self.given.size(&value.node));
            tally.directives += 1;
            tally.values = arguments.fold(tally.values, u64::saturating_add);
        }
        tally
    }
}
