//! What an operation is given: the values of its variables, as far as its cost depends on them.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, OperationDefinition};
use async_graphql::{ScalarType, Variables};
use async_graphql_value::{ConstValue, Value};
use domain::dashboard::series::{self, Interval};

use super::shape::Size;
use crate::graphql::page;
use crate::graphql::scalar::Date;

/// Objects that a list without pages is taken to answer. Most answer fewer.
const LIST: u64 = 5;

/// The variables of an operation; those that are left out, at their default.
pub(super) struct Given<'a> {
    values: HashMap<&'a str, &'a ConstValue>,
    sizes: HashMap<&'a str, u64>,
}

impl<'a> Given<'a> {
    pub(super) fn new(operation: &'a OperationDefinition, variables: &'a Variables) -> Self {
        let defined = operation.variable_definitions.iter().filter_map(|definition| {
            let name = &definition.node.name.node;
            let default = definition.node.default_value.as_ref();
            let value = variables.get(name).or(default.map(|default| &default.node))?;
            Some((name.as_str(), value))
        });
        let values: HashMap<_, _> = defined.collect();
        let sizes = values.iter().map(|(name, value)| (*name, constants(value))).collect();
        Self { values, sizes }
    }

    /// How many values there are in one of the document, its variables replaced.
    pub(super) fn size(&self, value: &Value) -> u64 {
        match value {
            Value::Variable(name) => self.sizes.get(name.as_str()).copied().unwrap_or(1),
            Value::List(items) => sum(items.iter().map(|item| self.size(item))),
            Value::Object(fields) => sum(fields.values().map(|value| self.size(value))),
            _ => 1,
        }
    }

    /// How many objects a field may answer.
    pub(super) fn objects(&self, size: Size, field: &Field) -> u64 {
        match size {
            Size::One => 1,
            Size::Page => page::objects(self.integer(field, "first").or_else(|| self.integer(field, "last"))),
            Size::Identifiers => self.length(field, "ids"),
            Size::Series => self
                .points(field)
                .and_then(|points| points.try_into().ok())
                .unwrap_or(LIST),
            Size::List => LIST,
        }
    }

    /// The points of a series; of one that is not well asked for, none: it will be refused.
    fn points(&self, field: &Field) -> Option<usize> {
        let day = |name| Date::parse(ConstValue::from(self.text(field, name)?)).ok();
        let interval = match self.text(field, "interval")? {
            "DAY" => Interval::Day,
            "MONTH" => Interval::Month,
            _ => Interval::Year,
        };
        Some(series::points(day("from")?.0, day("to")?.0, interval))
    }

    fn integer(&self, field: &Field, argument: &str) -> Option<i64> {
        match &field.get_argument(argument)?.node {
            Value::Number(number) => number.as_i64(),
            Value::Variable(name) => match self.values.get(name.as_str())? {
                ConstValue::Number(number) => number.as_i64(),
                _ => None,
            },
            _ => None,
        }
    }

    fn text<'b>(&'b self, field: &'b Field, argument: &str) -> Option<&'b str> {
        match &field.get_argument(argument)?.node {
            Value::String(text) => Some(text),
            Value::Enum(name) => Some(name),
            Value::Variable(name) => match self.values.get(name.as_str())? {
                ConstValue::String(text) => Some(text),
                ConstValue::Enum(name) => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    fn length(&self, field: &Field, argument: &str) -> u64 {
        let length = match field.get_argument(argument).map(|value| &value.node) {
            Some(Value::List(items)) => items.len(),
            Some(Value::Variable(name)) => match self.values.get(name.as_str()) {
                Some(ConstValue::List(items)) => items.len(),
                _ => 1,
            },
            _ => 1,
        };
        length.try_into().unwrap_or(u64::MAX)
    }
}

/// How many values there are in a constant, itself included.
fn constants(value: &ConstValue) -> u64 {
    match value {
        ConstValue::List(items) => sum(items.iter().map(constants)),
        ConstValue::Object(fields) => sum(fields.values().map(constants)),
        _ => 1,
    }
}

fn sum(inside: impl Iterator<Item = u64>) -> u64 {
    inside.fold(1, u64::saturating_add)
}
