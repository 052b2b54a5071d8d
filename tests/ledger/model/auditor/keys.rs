//! What was answered under which idempotency key.

use std::collections::{HashMap, VecDeque};

use super::verdict::{Expected, VALIDATION};
use crate::ledger::model::operation::{Key, Operation, What};

/// How many keys can be asked again: nothing is under an older one.
const MOST: usize = 4_000;
/// How many older ones are remembered: operations that are done together are drawn before any of them is answered.
const OLDER: usize = 100;

#[derive(Default)]
pub struct Keys {
    answers: HashMap<(usize, Key), (What, Expected)>,
    /// Those that can be asked again, oldest first.
    asked: VecDeque<Operation>,
    /// Those that could be until lately, oldest first.
    older: VecDeque<(usize, Key)>,
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
            self.older.push_back((oldest.who, oldest.key));
        }
        if self.older.len() > OLDER
            && let Some(forgotten) = self.older.pop_front()
        {
            self.answers.remove(&forgotten);
        }
    }

    /// Operations that have their answer and can be asked again.
    pub fn asked(&self) -> &VecDeque<Operation> {
        &self.asked
    }
}

#[test]
fn an_operation_drawn_among_the_oldest_has_its_answer_when_others_are_answered_first() {
    let operation = |number| Operation {
        who: 0,
        key: Key::Number(number),
        preview: false,
        what: What::Notify(0),
    };
    let answer = Expected::refused(VALIDATION.into());
    let mut keys = Keys::default();
    (0..4_000).for_each(|number| keys.keep(&operation(number), &answer));
    let drawn = keys.asked()[0].clone();
    (4_000..4_032).for_each(|number| keys.keep(&operation(number), &answer));
    assert!(keys.answer(&drawn).is_some());
    assert_eq!(keys.asked()[0].key, Key::Number(32), "it is not drawn again");
}
