//! What was answered under which idempotency key.

use std::collections::{HashMap, VecDeque};

use super::verdict::Expected;
use crate::ledger::model::operation::{Key, Operation, What};

/// How many keys are remembered: nothing is asked again under an older one.
const MOST: usize = 4_000;

#[derive(Default)]
pub struct Keys {
    answers: HashMap<(usize, Key), (What, Expected)>,
    /// Those that can be asked again, oldest first.
    asked: VecDeque<Operation>,
}

impl Keys {
    /// What was asked under the key of an operation, and answered.
    pub fn answer(&self, operation: &Operation) -> Option<&(What, Expected)> {
        self.answers.get(&(operation.who, operation.key))
    }

    /// Keeps an answer. A key that was used before keeps its first.
    pub fn keep(&mut self, operation: &Operation, expected: &Expected) {
        let key = (operation.who, operation.key);
        if self.answers.contains_key(&key) {
            return;
        }
        self.answers.insert(key, (operation.what.clone(), expected.clone()));
        self.asked.push_back(operation.clone());
        if self.asked.len() > MOST
            && let Some(oldest) = self.asked.pop_front()
        {
            self.answers.remove(&(oldest.who, oldest.key));
        }
    }

    /// Operations that have their answer and can be asked again.
    pub fn asked(&self) -> &VecDeque<Operation> {
        &self.asked
    }
}
