//! The race itself: many requests at once, on every server, round after round, and how they ended.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
    time::Instant,
};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::flows::stage;
use crate::harness::{Client, Engine, Octroi, Persona, TestApp, dice, mutation, text};

/// How many rounds there are.
const ROUNDS: usize = 200;
/// How many there are of a race that has many winners in each, or that another one has run at length.
const FEW_ROUNDS: usize = 20;
/// How many requests are sent at once.
pub const AT_ONCE: usize = 32;
/// What marks an answer that was given before.
const AGAIN: &str = " again";

/// Where a race is run: on SQLite on a server of this process, on PostgreSQL on two processes that share the database.
pub struct Track<'a> {
    app: &'a TestApp,
    processes: Vec<Octroi>,
    dice: RefCell<fastrand::Rng>,
    begun: Instant,
    sent: Cell<usize>,
}

impl<'a> Track<'a> {
    pub async fn of(app: &'a TestApp) -> Self {
        let mut processes = Vec::new();
        if app.storage.engine == Engine::Postgres {
            for _ in 0..2 {
                processes.push(Octroi::serve(&app.storage).await);
            }
        }
        Self {
            app,
            processes,
            dice: RefCell::new(dice()),
            begun: Instant::now(),
            sent: Cell::default(),
        }
    }

    /// All the rounds.
    pub fn rounds(&self) -> Vec<Round<'_>> {
        let mut rounds = self.in_this_process();
        rounds.extend(self.in_two_processes());
        rounds
    }

    /// A few of them.
    pub fn few_rounds(&self) -> Vec<Round<'_>> {
        let mut rounds = self.rounds();
        rounds.retain(|round| round.number <= FEW_ROUNDS);
        rounds
    }

    /// The rounds on a server of this process, whose clock the test moves: on PostgreSQL, none.
    pub fn in_this_process(&self) -> Vec<Round<'_>> {
        if self.processes.is_empty() {
            self.rounds_on(&[self.app])
        } else {
            Vec::new()
        }
    }

    /// The rounds on two processes: on SQLite, none.
    pub fn in_two_processes(&self) -> Vec<Round<'_>> {
        let processes: Vec<&Client> = self.processes.iter().map(|process| &**process).collect();
        self.rounds_on(&processes)
    }

    fn rounds_on<'t>(&'t self, servers: &[&'t Client]) -> Vec<Round<'t>> {
        let round = |number| Round {
            number,
            servers: servers.to_vec(),
            track: self,
        };
        let rounds = if servers.is_empty() { 0 } else { ROUNDS };
        (1..=rounds).map(round).collect()
    }

    /// Says what it took, and verifies the ledger and the audit trail.
    pub async fn finish(&self) {
        println!("{} requests in {:.1?}", self.sent.get(), self.begun.elapsed());
        self.app.verify().await;
    }
}

/// One round of a race.
pub struct Round<'t> {
    pub number: usize,
    servers: Vec<&'t Client>,
    track: &'t Track<'t>,
}

impl Display for Round<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "round {} on {} server(s)", self.number, self.servers.len())
    }
}

impl Round<'_> {
    /// Sends entries at once, in any order, spread over the servers; answers when all are there.
    pub async fn race<'e>(&self, mut entries: Vec<Entry<'e>>) -> Vec<Finish<'e>> {
        self.track.dice.borrow_mut().shuffle(&mut entries);
        self.track.sent.update(|sent| sent + entries.len());
        let mut tokens = BTreeMap::new();
        for entry in &entries {
            if !tokens.contains_key(&entry.who.id) {
                tokens.insert(entry.who.id.clone(), self.servers[0].token(entry.who).await);
            }
        }
        let sent = entries.into_iter().enumerate().map(|(place, entry)| {
            let (server, token) = (self.servers[place % self.servers.len()], &tokens[&entry.who.id]);
            async move {
                let answer = entry.send(server, token).await;
                Finish { entry, answer }
            }
        });
        join_all(sent).await
    }

    /// The budget of a node, as [`stage::budget`] writes it, by one of the servers.
    pub async fn budget(&self, who: &Persona, node: &str) -> String {
        stage::budget(self.servers[0], who, node).await
    }

    /// A field of a node, by one of the servers.
    pub async fn field(&self, who: &Persona, node: &str, kind: &str, selection: &str) -> Value {
        stage::field(self.servers[0], who, node, kind, selection).await
    }

    /// What was undone under a node, as [`stage::undone`] writes it.
    pub async fn undone(&self, who: &Persona, node: &str) -> String {
        stage::undone(self.servers[0], who, node).await
    }
}

/// A mutation that somebody enters for a race.
#[derive(Clone)]
pub struct Entry<'e> {
    pub who: &'e Persona,
    pub name: &'static str,
    pub input: Value,
    selection: &'static str,
}

impl<'e> Entry<'e> {
    pub fn new(who: &'e Persona, name: &'static str, input: Value) -> Self {
        Self {
            who,
            name,
            input,
            selection: "",
        }
    }

    /// The same, asking for some of the payload.
    pub fn selecting(mut self, selection: &'static str) -> Self {
        self.selection = selection;
        self
    }

    /// The payload, or the one code with which it was refused, marked if it was before; if it broke, all of the answer.
    async fn send(&self, server: &Client, token: &str) -> Result<Value, String> {
        let variables = json!({ "input": self.input });
        let document = mutation(self.name, self.selection);
        let mut answer = server.graphql(Some(token), &document, variables).await;
        let refusals = answer["data"][self.name]["userErrors"].take();
        let again = if answer["data"][self.name]["replayed"] == true {
            AGAIN
        } else {
            ""
        };
        match refusals.as_array().map(Vec::as_slice) {
            Some([]) => Ok(answer["data"][self.name].take()),
            Some([refusal, others @ ..]) if others.iter().all(|other| other["code"] == refusal["code"]) => {
                Err(text(&refusal["code"]) + again)
            }
            Some(_) => Err(refusals.to_string()),
            None => Err(answer.to_string()),
        }
    }
}

/// How an entry ended.
pub struct Finish<'e> {
    pub entry: Entry<'e>,
    pub answer: Result<Value, String>,
}

/// The entries that were done, each with its payload.
pub fn winners<'f, 'e>(finishes: &'f [Finish<'e>]) -> Vec<(&'f Entry<'e>, &'f Value)> {
    let won = finishes
        .iter()
        .filter_map(|finish| Some((&finish.entry, finish.answer.as_ref().ok()?)));
    won.collect()
}

/// How often each outcome came.
pub fn outcomes(finishes: &[Finish<'_>]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for finish in finishes {
        let outcome = match &finish.answer {
            Ok(payload) if payload["replayed"] == true => format!("OK{AGAIN}"),
            Ok(_) => "OK".to_owned(),
            Err(refusal) => refusal.clone(),
        };
        *counted.entry(outcome).or_default() += 1;
    }
    counted
}

/// Outcomes as a test expects them.
pub fn expected<const N: usize>(outcomes: [(&str, usize); N]) -> BTreeMap<String, usize> {
    outcomes.map(|(outcome, count)| (outcome.to_owned(), count)).into()
}
