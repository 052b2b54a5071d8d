//! What an operation is given: the values of its variables, as far as its cost depends on them.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, OperationDefinition};
use async_graphql::{ScalarType, Variables};
use async_graphql_value::{ConstValue, Value};
use domain::dashboard::series::{self, Interval};

use super::count;
use super::shape::Size;
use crate::graphql::page;
use crate::graphql::scalar::Date;

/// Objects that a list without pages is taken to answer. Most answer fewer.
const LIST: u64 = 5;

/// Bytes of a text that count as one value more: it is copied with its variable, as the items of a list are.
const TEXT: usize = 64;

/// The variables of an operation; those that are left out, at their default.
pub(super) struct Given<'a> {
    values: HashMap<&'a str, &'a ConstValue>,
    sizes: HashMap<&'a str, u64>,
}

impl<'a> Given<'a> {
    pub(super) fn new(operation: &'a OperationDefinition, variables: &'a Variables) -> Self {
        let defaults = operation.variable_definitions.iter().filter_map(|definition| {
            let default = definition.node.default_value.as_ref()?;
            Some((definition.node.name.node.as_str(), &default.node))
        });
        // Those too that this operation does not define: a fragment that it shares with one that does uses them.
        let given = variables.iter().map(|(name, value)| (name.as_str(), value));
        let values: HashMap<_, _> = defaults.chain(given).collect();
        let sizes = values.iter().map(|(name, value)| (*name, constants(value))).collect();
        Self { values, sizes }
    }

    /// How many values there are in one of the document, its variables replaced.
    pub(super) fn size(&self, value: &Value) -> u64 {
        literals(value, &|name| self.sizes.get(name).copied().unwrap_or(1))
    }

    /// What the objects cost that a field may answer, each of which costs so much.
    pub(super) fn cost(&self, size: Size, field: &Field, each: u64) -> u64 {
        let objects = match size {
            Size::One => 1,
            Size::Page => page::objects(self.integer(field, "first").or_else(|| self.integer(field, "last"))),
            Size::Identifiers => self.length(field, "ids"),
            Size::Series => self
                .points(field)
                .and_then(|points| points.try_into().ok())
                .unwrap_or(LIST),
            Size::List => LIST,
            Size::Share { all, among } => return each.saturating_mul(all).div_ceil(among.max(1)),
        };
        each.saturating_mul(objects)
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
        count(length)
    }
}

/// How many values there are in variables, whether they are used or not.
pub(super) fn total(variables: &Variables) -> u64 {
    variables.values().map(constants).fold(0, u64::saturating_add)
}

/// How many values there are in one of the document, itself included, and those of its variables.
pub(super) fn literals(value: &Value, of_variable: &impl Fn(&str) -> u64) -> u64 {
    match value {
        Value::Variable(name) => of_variable(name),
        Value::List(items) => sum(items.iter().map(|item| literals(item, of_variable))),
        Value::Object(fields) => sum(fields.values().map(|value| literals(value, of_variable))),
        Value::String(text) => of_text(text),
        _ => 1,
    }
}

/// How many values there are in a constant, itself included.
fn constants(value: &ConstValue) -> u64 {
    match value {
        ConstValue::List(items) => sum(items.iter().map(constants)),
        ConstValue::Object(fields) => sum(fields.values().map(constants)),
        ConstValue::String(text) => of_text(text),
        _ => 1,
    }
}

fn of_text(text: &str) -> u64 {
    count(text.len() / TEXT).saturating_add(1)
}

fn sum(inside: impl Iterator<Item = u64>) -> u64 {
    inside.fold(1, u64::saturating_add)
}
