//! The contract as the limits see it: which field leads to which type, and how many objects it may answer.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeKind, TypeSystemDefinition,
};

use super::census::Census;

/// How many objects a field answers, at most or as a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// One, or none.
    One,
    /// A page: as many as its `first` or `last` says.
    Page,
    /// One for every identifier that is asked for.
    Identifiers,
    /// One for every day, month or year from one day to another.
    Series,
    /// A list that has no pages, because it is short.
    List,
    /// So many in all, for so many that lead to them.
    Share {
        /// How many there are in all.
        all: u64,
        /// How many lead to them.
        among: u64,
    },
}

/// A field of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// The type of its objects.
    pub(super) of: String,
    /// How many it answers.
    pub(super) size: Size,
    /// Whether it leads from one type to many others, and those to more.
    pub(super) is_endless: bool,
}

/// The fields of a type, by name.
pub(super) type Fields = HashMap<String, Field>;

/// The fields of every type of the contract, those of introspection included.
#[derive(Debug, Default)]
pub struct Shape(HashMap<String, Fields>);

/// What every schema has
/// (<https://spec.graphql.org/September2025/#sec-Schema-Introspection.Schema-Introspection-Schema>), and none prints.
const INTROSPECTION: &str = "
type __Schema { description: String types: [__Type] queryType: __Type mutationType: __Type subscriptionType: __Type
    directives: [__Directive] }
type __Type { fields: [__Field] interfaces: [__Type] possibleTypes: [__Type] enumValues: [__EnumValue]
    inputFields: [__InputValue] ofType: __Type kind: __TypeKind name: String description: String
    specifiedByURL: String isOneOf: Boolean }
type __Field { args: [__InputValue] type: __Type name: String description: String isDeprecated: Boolean
    deprecationReason: String }
type __InputValue { type: __Type name: String description: String defaultValue: String isDeprecated: Boolean
    deprecationReason: String }
type __EnumValue { name: String description: String isDeprecated: Boolean deprecationReason: String }
type __Directive { args: [__InputValue] name: String description: String isRepeatable: Boolean
    locations: [__DirectiveLocation] }
extend type Query { __schema: __Schema __type(name: String!): __Type }
";

/// How the types of pages are called, whose size counts where the page is asked for.
const CONNECTION: &str = "Connection";

impl Shape {
    /// Reads the shape off a contract in the schema definition language. Of what does not parse, nothing is known: each
    /// of its fields then counts for one.
    #[must_use]
    pub fn read(sdl: &str) -> Self {
        let definitions: Vec<_> = [sdl, INTROSPECTION]
            .into_iter()
            .filter_map(|text| parse_schema(text).ok())
            .flat_map(|document| document.definitions)
            .collect();
        let mut census = Census::default();
        for definition in &definitions {
            census.add(definition);
        }
        let mut types: HashMap<String, Fields> = HashMap::new();
        for definition in definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => Vec::new(),
            };
            let known = types.entry(definition.node.name.node.to_string()).or_default();
            let owner = &definition.node.name.node;
            known.extend(fields.iter().map(|field| read(&field.node, owner, &census)));
        }
        Self(types)
    }

    /// The fields of a type; none for one that there is not.
    pub(super) fn fields(&self, name: &str) -> Option<&Fields> {
        self.0.get(name)
    }
}

/// The type that an operation starts from.
pub(super) const fn root(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

fn read(field: &FieldDefinition, owner: &str, census: &Census) -> (String, Field) {
    let takes = |name: &str| field.arguments.iter().any(|argument| argument.node.name.node == name);
    let is_list = matches!(field.ty.node.base, BaseType::List(_));
    let size = if let Some(size) = census.size(owner, &field.name.node) {
        size
    } else if takes("first") && takes("last") {
        Size::Page
    } else if field.arguments.iter().any(|argument| is_identifiers(&argument.node)) {
        Size::Identifiers
    } else if takes("from") && takes("to") && takes("interval") {
        Size::Series
    } else if is_list && !owner.ends_with(CONNECTION) {
        Size::List
    } else {
        Size::One
    };
    let name = field.name.node.to_string();
    let is_endless = owner == "__Type" && is_list && name != "enumValues";
    let of = named(&field.ty.node).to_owned();
    (name, Field { of, size, is_endless })
}

fn is_identifiers(argument: &InputValueDefinition) -> bool {
    argument.name.node == "ids" && matches!(argument.ty.node.base, BaseType::List(_))
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(shape: &Shape, on: &str, name: &str) -> (String, Size) {
        let field = shape.fields(on).and_then(|fields| fields.get(name)).expect("a field");
        (field.of.clone(), field.size)
    }

    #[test]
    fn fields_lead_to_their_types_in_their_numbers() {
        let shape = Shape::read(&crate::graphql::sdl());
        for (on, name, of, size) in [
            ("Query", "viewer", "Viewer", Size::One),
            ("Query", "funds", "FundConnection", Size::Page),
            ("Query", "nodes", "Node", Size::Identifiers),
            ("Query", "budgetSeries", "BudgetPoint", Size::Series),
            ("Query", "__schema", "__Schema", Size::Share { all: 1, among: 4 }),
            ("Viewer", "roles", "RoleGrant", Size::List),
            ("FundConnection", "nodes", "Fund", Size::One),
            ("__Field", "type", "__Type", Size::One),
            ("Node", "id", "ID", Size::One),
            ("Mutation", "logIn", "LogInPayload", Size::One),
        ] {
            assert_eq!(field(&shape, on, name), (of.to_owned(), size), "{on}.{name}");
        }
        assert_eq!(shape.fields("Nothing"), None);
        let (of, size) = field(&shape, "__Type", "fields");
        assert!(of == "__Field" && matches!(size, Size::Share { .. }), "{of} {size:?}");
    }
}
