//! How much there is of the contract: what introspection answers.

use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};

use super::count;
use super::shape::Size;

/// So many values of the contract, which is in memory, cost as one of the database.
const CHEAPER: u64 = 4;

/// The things of one kind.
#[derive(Clone, Copy, Debug, Default)]
struct Things {
    all: u64,
    /// Those of the type that has most.
    most: u64,
}

impl Things {
    fn add(&mut self, of_one_type: usize) {
        self.all += count(of_one_type);
        self.most = self.most.max(count(of_one_type));
    }
}

/// The things of the contract, by kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Census {
    types: u64,
    directives: u64,
    fields: Things,
    /// Arguments of fields.
    arguments: Things,
    /// Fields of inputs.
    inputs: Things,
    /// Values of enums.
    values: Things,
    /// Interfaces that types have.
    interfaces: Things,
    /// Types that an interface or a union may be.
    members: u64,
    /// Places where a type is named: of a field, an argument or an input.
    places: u64,
    /// What these types are wrapped in: lists, and that there is no null.
    wrappers: u64,
}

impl Census {
    /// Adds what a definition has.
    pub(super) fn add(&mut self, definition: &TypeSystemDefinition) {
        match definition {
            TypeSystemDefinition::Schema(_) => {}
            TypeSystemDefinition::Directive(_) => self.directives += 1,
            TypeSystemDefinition::Type(definition) => self.add_type(&definition.node),
        }
    }

    fn add_type(&mut self, definition: &TypeDefinition) {
        self.types += u64::from(!definition.extend);
        match &definition.kind {
            TypeKind::Scalar => {}
            TypeKind::Object(object) => {
                self.add_fields(object.fields.iter().map(|field| &field.node));
                self.interfaces.add(object.implements.len());
                self.members += count(object.implements.len());
            }
            TypeKind::Interface(interface) => self.add_fields(interface.fields.iter().map(|field| &field.node)),
            TypeKind::Union(union) => self.members += count(union.members.len()),
            TypeKind::Enum(one) => self.values.add(one.values.len()),
            TypeKind::InputObject(input) => {
                self.inputs.add(input.fields.len());
                self.add_inputs(input.fields.iter().map(|field| &field.node));
            }
        }
    }

    fn add_fields<'a>(&mut self, fields: impl Iterator<Item = &'a FieldDefinition>) {
        let (mut number, mut arguments) = (0, 0);
        for field in fields {
            number += 1;
            arguments += field.arguments.len();
            self.add_place(&field.ty.node);
            self.add_inputs(field.arguments.iter().map(|argument| &argument.node));
        }
        self.fields.add(number);
        self.arguments.add(arguments);
    }

    fn add_inputs<'a>(&mut self, inputs: impl Iterator<Item = &'a InputValueDefinition>) {
        for input in inputs {
            self.add_place(&input.ty.node);
        }
    }

    fn add_place(&mut self, named: &Type) {
        self.places += 1;
        self.wrappers += wrappers(named);
    }

    /// How many things a field of introspection answers: a share of all there are, for each type that it is asked of.
    /// So the whole contract costs what there is in it, and not the product of what its parts have at most.
    pub(super) fn size(&self, owner: &str, field: &str) -> Option<Size> {
        let (all, among) = match (owner, field) {
            ("Query", "__schema") => (1, CHEAPER),
            ("Query", "__type") => (self.largest(), CHEAPER),
            ("__Schema", "types") => (self.types, 1),
            ("__Schema", "queryType" | "mutationType" | "subscriptionType") => (self.largest(), 1),
            ("__Schema", "directives") => (self.directives, 1),
            ("__Type", "fields") => (self.fields.all, self.types),
            ("__Type", "inputFields") => (self.inputs.all, self.types),
            ("__Type", "enumValues") => (self.values.all, self.types),
            ("__Type", "interfaces") => (self.interfaces.all, self.types),
            ("__Type", "possibleTypes") => (self.members, self.types),
            ("__Type", "ofType") => (self.wrappers, self.places),
            ("__Field", "args") => (self.arguments.all, self.fields.all),
            _ => return None,
        };
        Some(Size::Share { all, among })
    }

    /// How many ordinary types the one weighs of which there is most to tell: where one type is asked for, it may be
    /// that one.
    fn largest(&self) -> u64 {
        let weigh = |things: &Things| (things.most * self.types).div_ceil(things.all.max(1));
        let all = [
            &self.fields,
            &self.arguments,
            &self.inputs,
            &self.values,
            &self.interfaces,
        ];
        all.into_iter().map(weigh).max().unwrap_or(1)
    }
}

fn wrappers(named: &Type) -> u64 {
    let inside = match &named.base {
        BaseType::Named(_) => 0,
        BaseType::List(item) => wrappers(item) + 1,
    };
    inside + u64::from(!named.nullable)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_schema;

    use super::*;

    const CONTRACT: &str = "
        interface Named { name: String! }
        type Query { people(first: Int, after: String): [Person!]! person(id: ID!): Person }
        type Person implements Named { name: String! role: Role }
        enum Role { CHAIR AUDITOR }
        input Search { name: String }
        union Anybody = Person
        scalar Date
        directive @skip(if: Boolean!) on FIELD";

    fn size(owner: &str, field: &str) -> Option<(u64, u64)> {
        let mut census = Census::default();
        let document = parse_schema(CONTRACT).expect("a contract");
        for definition in &document.definitions {
            census.add(definition);
        }
        match census.size(owner, field)? {
            Size::Share { all, among } => Some((all, among)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn things_of_the_contract_are_counted_as_they_are() {
        for (owner, field, all, among) in [
            ("__Schema", "types", 7, 1),
            ("__Schema", "directives", 1, 1),
            ("__Type", "fields", 5, 7),
            ("__Type", "inputFields", 1, 7),
            ("__Type", "enumValues", 2, 7),
            ("__Type", "interfaces", 1, 7),
            ("__Type", "possibleTypes", 2, 7),
            ("__Type", "ofType", 6, 9),
            ("__Field", "args", 3, 5),
        ] {
            assert_eq!(size(owner, field), Some((all, among)), "{owner}.{field}");
        }
        assert_eq!(size("Query", "people"), None);
    }

    #[test]
    fn one_type_weighs_as_much_as_the_one_of_which_there_is_most_to_tell() {
        // All arguments are those of `Query`, all values those of `Role`: either weighs as seven types.
        assert_eq!(size("Query", "__type"), Some((7, CHEAPER)));
        assert_eq!(size("__Schema", "queryType"), Some((7, 1)));
    }
}
