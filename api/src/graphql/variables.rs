//! The variables of an operation, as far as the library does not look at them before it runs.

use std::collections::HashSet;

use async_graphql::parser::types::OperationDefinition;
use async_graphql::{ServerError, Value, Variables};

/// Why the variables given are not those an operation needs: each that must have a value and has none.
///
/// By the specification this is found out before anything runs
/// (<https://spec.graphql.org/September2025/#sec-Coercing-Variable-Values>); the library finds out where the variable
/// is used, if it is. Values of the wrong type it does find out before.
pub(super) fn missing(operation: &OperationDefinition, variables: &Variables) -> Vec<ServerError> {
    let definitions = operation.variable_definitions.iter();
    let needed = definitions.filter(|definition| {
        let definition = &definition.node;
        let given = variables.get(&definition.name.node);
        let has_default = definition.default_value.is_some();
        !definition.var_type.node.nullable && given.map_or(!has_default, |value| *value == Value::Null)
    });
    let errors = needed.map(|definition| {
        let (name, of) = (&definition.node.name.node, &definition.node.var_type.node);
        ServerError::new(
            format!("The variable \"${name}\" of type \"{of}\" must have a value."),
            Some(definition.pos),
        )
    });
    errors.collect()
}

/// Drops the variables that an operation does not define. The library finds a variable by its name wherever it is used,
/// and copies its value before it sees that nobody has defined it.
pub(super) fn keep_defined(operation: &OperationDefinition, variables: &mut Variables) {
    let definitions = operation.variable_definitions.iter();
    let defined: HashSet<_> = definitions
        .map(|definition| definition.node.name.node.as_str())
        .collect();
    variables.retain(|name, _| defined.contains(name.as_str()));
}

/// Gives the variables that are left out their defaults. The library does so where an argument is read, and not for the
/// conditions of `@skip` and `@include`.
pub(super) fn complete(operation: &OperationDefinition, variables: &mut Variables) {
    for definition in &operation.variable_definitions {
        if let Some(default) = &definition.node.default_value {
            let name = definition.node.name.node.clone();
            variables.entry(name).or_insert_with(|| default.node.clone());
        }
    }
}
