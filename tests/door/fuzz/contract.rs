//! Every field with which an operation may begin, with arguments of its types: as the contract tells of itself, so that
//! what is added to it is tried as well.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::draw::Scene;
use crate::harness::{TestApp, text};

/// What is asked of the contract.
const INTROSPECTION: &str = "query { __schema {
    queryType { fields { ...Field } }
    mutationType { fields { ...Field } }
    types { kind name inputFields { ...Argument } enumValues { name } }
} }
fragment Field on __Field { name args { ...Argument } type { ...Type } }
fragment Argument on __InputValue { name type { ...Type } }
fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The contract, as far as requests are drawn from it.
pub struct Contract {
    /// The fields of `Query` and `Mutation`, each with the word that its operation begins with.
    fields: Vec<(&'static str, Value)>,
    /// The types by name.
    types: HashMap<String, Value>,
    /// All of its names.
    pub words: Vec<String>,
}

impl Contract {
    pub async fn of(app: &TestApp) -> Self {
        let mut contract = app.data(None, INTROSPECTION, Value::Null).await["__schema"].take();
        let mut fields = Vec::new();
        for (operation, root) in [("query", "queryType"), ("mutation", "mutationType")] {
            let of_root = contract[root]["fields"].as_array().expect("fields").iter();
            fields.extend(of_root.map(|field| (operation, field.clone())));
        }
        let types = contract["types"].as_array_mut().expect("types");
        let types = types
            .iter_mut()
            .map(|kind| (text(&kind["name"]), kind.take()))
            .collect();
        Self {
            fields,
            types,
            words: words(),
        }
    }

    /// A document with one field, and the variables it is given.
    pub fn draw(&self, dice: &mut fastrand::Rng, scene: &Scene) -> (String, Value) {
        let (operation, field) = dice.choice(&self.fields).expect("fields");
        let arguments = field["args"].as_array().expect("arguments");
        let (mut declared, mut given, mut variables) = (Vec::new(), Vec::new(), Map::new());
        for argument in arguments {
            let name = text(&argument["name"]);
            declared.push(format!("${name}: {}", written(&argument["type"])));
            given.push(format!("{name}: ${name}"));
            if let Some(value) = self.optional(dice, scene, &argument["type"]) {
                variables.insert(name, value);
            }
        }
        let inside = match innermost(&field["type"])["kind"].as_str() {
            Some("SCALAR" | "ENUM") => "",
            _ if *operation == "mutation" => "{ clientMutationId userErrors { code field message details } }",
            _ => "{ __typename }",
        };
        let (name, declared, given) = (text(&field["name"]), in_brackets(&declared), in_brackets(&given));
        let document = format!("{operation} Drawn{declared} {{ {name}{given} {inside} }}");
        (document, variables.into())
    }

    /// A value of a type, or nothing where that will do.
    fn optional(&self, dice: &mut fastrand::Rng, scene: &Scene, of: &Value) -> Option<Value> {
        if of["kind"] != "NON_NULL" && dice.bool() {
            return None;
        }
        // Now and then what it must not be.
        if dice.u8(..40) == 0 {
            return Some(scene.anything(dice, 2));
        }
        Some(self.value(dice, scene, of))
    }

    fn value(&self, dice: &mut fastrand::Rng, scene: &Scene, of: &Value) -> Value {
        match of["kind"].as_str().expect("a kind") {
            "NON_NULL" => self.value(dice, scene, &of["ofType"]),
            "LIST" => (0..dice.u8(..3))
                .map(|_| self.value(dice, scene, &of["ofType"]))
                .collect(),
            kind => {
                let name = of["name"].as_str().expect("a name");
                match kind {
                    "ENUM" => {
                        let values = self.types[name]["enumValues"].as_array().expect("values");
                        dice.choice(values).expect("a value")["name"].clone()
                    }
                    "INPUT_OBJECT" => self.object(dice, scene, name),
                    _ => scalar(dice, scene, name),
                }
            }
        }
    }

    fn object(&self, dice: &mut fastrand::Rng, scene: &Scene, name: &str) -> Value {
        let fields = self.types[name]["inputFields"].as_array().expect("fields");
        let field = |field: &Value| Some((text(&field["name"]), self.optional(dice, scene, &field["type"])?));
        fields.iter().filter_map(field).collect()
    }
}

fn scalar(dice: &mut fastrand::Rng, scene: &Scene, name: &str) -> Value {
    match name {
        "ID" => json!(scene.id(dice)),
        "Boolean" => json!(dice.bool()),
        "Int" if dice.bool() => json!(dice.i32(..)),
        "Int" => json!(dice.i32(-1..101)),
        "Date" | "DateTime" => json!(scene.moment(dice)),
        "Currency" if dice.bool() => json!("EUR"),
        "Decimal" | "BigInt" if dice.u8(..4) > 0 => {
            let numbers = [
                "1",
                "100.00",
                "0",
                "-1",
                "92233720368547758.07",
                "99999999999999999999",
                "1e9",
                "0.001",
            ];
            json!(numbers[dice.usize(..numbers.len())])
        }
        _ => json!(scene.text(dice)),
    }
}

/// A list of arguments; an empty one is left out.
fn in_brackets(arguments: &[String]) -> String {
    if arguments.is_empty() {
        String::new()
    } else {
        format!("({})", arguments.join(", "))
    }
}

/// A type as a document has it.
fn written(of: &Value) -> String {
    match of["kind"].as_str().expect("a kind") {
        "NON_NULL" => format!("{}!", written(&of["ofType"])),
        "LIST" => format!("[{}]", written(&of["ofType"])),
        _ => text(&of["name"]),
    }
}

/// What a type has at its core, without lists.
fn innermost(of: &Value) -> &Value {
    if of["ofType"].is_object() {
        innermost(&of["ofType"])
    } else {
        of
    }
}

/// The names of the contract.
fn words() -> Vec<String> {
    let contract = include_str!("../../../schema.graphql");
    let mut words: Vec<String> = contract
        .split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}
