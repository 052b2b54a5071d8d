//! Documents, variables and texts at random: some as they are meant, some nearly, some not at all.

use serde_json::{Value, json};

/// Stands for half of a surrogate pair until a request is written.
pub const LONE: &str = "<half>";
/// Stands for a text in a document.
const TEXT: &str = "TEXT";

/// Documents that run, to begin from.
const DOCUMENTS: [&str; 13] = [
    "{ viewer { user { id email } roles { role } memberships { role organisation { name } } } }",
    "query Funds($first: Int = 3, $after: String) { funds(first: $first, after: $after) { totalCount edges { cursor \
     node { id code name calls(first: 2) { nodes { id code status } } } } pageInfo { hasNextPage endCursor } } }",
    "query Node($id: ID!) { node(id: $id) { __typename id ... on Call { code budget { available { amount } } } ... on \
     Application { ...Whole } } } fragment Whole on Application { title status revision call { code } }",
    "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id } }",
    "query Budget($node: ID!, $at: DateTime) { budget(node: $node, asOf: $at) { committed { amount minorUnits } } }",
    "query Series($node: ID!) { budgetSeries(node: $node, from: \"2026-01-01\", to: \"2026-03-31\", interval: MONTH) { \
     date budget { paid { amount } } } }",
    "mutation In($input: LogInInput!) { logIn(input: $input) { session { accessToken } userErrors { code message } } }",
    "{ __schema { types { name kind fields { name args { name defaultValue } } } } __type(name: \"Fund\") { name } }",
    "{ fund(code: TEXT) { name budget { available { amount } } } call(code: TEXT) { title status lots { name } } }",
    "query Projects($text: String) { fundedProjects(search: $text, fundCode: TEXT) { totalCount nodes { title } } }",
    "query Found($text: String!) { user(email: $text) { id } organisation(scheme: OTHER, identifier: $text) { name } \
     fund(code: $text) { id } call(code: $text) { id } }",
    "{ user(email: TEXT) { id } organisation(scheme: OTHER, identifier: TEXT) { name } fundedProjects(search: TEXT) { \
     totalCount } }",
    "mutation { refreshSession(input: { refreshToken: TEXT, clientMutationId: TEXT }) { clientMutationId } }",
];

/// Signs that documents are made of, and some that they are not.
const SIGNS: [&str; 10] = [
    "{",
    "}",
    "(",
    "\"",
    "...",
    "@skip(if: true)",
    "$",
    "-1",
    "99999999999",
    "null",
];

/// Texts that something may trip over.
const TEXTS: [&str; 18] = [
    "",
    " ",
    "\0",
    "FTAP\0",
    "a\0b",
    "\u{1b}[31m",
    "\u{85}",
    "\u{feff}\u{202e}",
    "\u{fffe}\u{10ffff}",
    "e\u{301}\u{301}\u{301}",
    "İ",
    "%_\\",
    "\\u0000",
    "'; DROP TABLE fund; --",
    "\"\"\"",
    "${jndi:ldap://example.org}",
    "<half>",
    "<half>FTAP",
];

/// What there is to ask about.
pub struct Scene {
    ids: Vec<String>,
    /// The address of somebody.
    email: String,
}

impl Scene {
    pub fn new(ids: &[&str], email: &str) -> Self {
        let nothing = ["", "x", "Q2FsbDox", "Q2FsbDoA", "\0"];
        Self {
            ids: ids.iter().copied().chain(nothing).map(str::to_owned).collect(),
            email: email.to_owned(),
        }
    }

    pub fn id(&self, dice: &mut fastrand::Rng) -> &str {
        dice.choice(&self.ids).expect("identifiers")
    }

    /// A text: of somebody or something that there is, odd, long, or of any characters.
    pub fn text(&self, dice: &mut fastrand::Rng) -> String {
        match dice.u8(..12) {
            0 => self.email.clone(),
            1 => self.id(dice).to_owned(),
            2 => format!("{}@example.org", dice.u16(..)),
            3 => format!("{}\0@example.org", dice.u16(..)),
            4 => "FTAP".to_owned(),
            5 => "é".repeat(dice.usize(..5_000)),
            6 => "a sentence that may be a password".to_owned(),
            7..10 => TEXTS[dice.usize(..TEXTS.len())].to_owned(),
            _ => (0..dice.usize(..40)).map(|_| dice.char(..)).collect(),
        }
    }

    /// A document, as it is or with a few of its words changed.
    pub fn document(&self, dice: &mut fastrand::Rng, words: &[String]) -> String {
        let document = DOCUMENTS[dice.usize(..DOCUMENTS.len())];
        let mut tokens: Vec<&str> = document.split_inclusive(|sign: char| !sign.is_alphanumeric()).collect();
        for _ in 0..dice.usize(..3) {
            let at = dice.usize(..tokens.len());
            match dice.u8(..6) {
                0 => drop(tokens.remove(at)),
                1 => tokens.insert(at, tokens[dice.usize(..tokens.len())]),
                2 => {
                    let other = dice.usize(..tokens.len());
                    tokens.swap(at, other);
                }
                3 => tokens[at] = SIGNS[dice.usize(..SIGNS.len())],
                _ => tokens[at] = words[dice.usize(..words.len())].as_str(),
            }
        }
        // A word that took another's place has no blank after it.
        let mut document = tokens.join(if dice.bool() { "" } else { " " });
        while document.contains(TEXT) {
            document = document.replacen(TEXT, &self.literal(dice), 1);
        }
        document
    }

    /// A text as a document has it.
    fn literal(&self, dice: &mut fastrand::Rng) -> String {
        let text = json!(self.text(dice)).to_string().replace(TEXT, "");
        if dice.bool() {
            // Half of a pair of the document's own, rather than of the JSON around it.
            text.replace(LONE, r"\ud800")
        } else {
            text
        }
    }

    /// Variables of the documents.
    pub fn variables(&self, dice: &mut fastrand::Rng) -> Value {
        let id = self.id(dice).to_owned();
        let email = if dice.bool() {
            "nobody@example.org".to_owned()
        } else {
            self.text(dice)
        };
        let input = json!({ "email": email, "password": "not the right one" });
        let mut variables = json!({
            "id": id, "node": id, "ids": [id, self.ids[0]], "first": 2, "input": input, "text": self.text(dice),
        });
        if dice.u8(..3) == 0 {
            let name = ["id", "node", "ids", "first", "input", "at", "after", "text"][dice.usize(..8)];
            variables[name] = self.anything(dice, 4);
        }
        variables
    }

    /// Any JSON.
    pub fn anything(&self, dice: &mut fastrand::Rng, depth: u8) -> Value {
        match dice.u8(..if depth == 0 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(dice.bool()),
            2 => json!(dice.i64(..)),
            3 => json!(dice.f64() * 1e300),
            4 => json!(self.moment(dice)),
            5 => json!(self.text(dice)),
            6 => (0..dice.u8(..4)).map(|_| self.anything(dice, depth - 1)).collect(),
            _ => (0..dice.u8(..4))
                .map(|number| (format!("k{number}"), self.anything(dice, depth - 1)))
                .collect(),
        }
    }

    /// A day or an instant, as far away as they are written.
    pub fn moment(&self, dice: &mut fastrand::Rng) -> String {
        let moments = [
            "2018-06-20",
            "2018-06-20T09:00:00Z",
            "0000-01-01",
            "9999-12-31",
            "0000-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59.999999999-23:59",
            "2018-02-30",
            "-0001-01-01T00:00:00Z",
        ];
        moments
            .get(dice.usize(..=moments.len()))
            .map_or_else(|| self.text(dice), |moment| (*moment).to_owned())
    }
}
