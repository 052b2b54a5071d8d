//! Operations that are asked for at the same time, of two servers: whatever their order was, it is that of the
//! journals, and in that order the auditor foretells every one of them.

use std::collections::VecDeque;

use domain::Database;
use entity::transfer;
use entity::value::UserId;
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::answer::Answer;
use super::operation::{Operation, What};
use super::perform::{Clerk, key};
use super::world::World;

/// Operations that were answered, and are not explained yet.
type Unexplained = Vec<(Operation, Answer)>;

/// What one operation wrote to a journal: by whom, and under which key.
#[derive(PartialEq)]
struct Written {
    who: Option<UserId>,
    key: Option<String>,
}

impl World {
    /// Has so many operations done at the same time, by two servers, and explains their answers.
    pub async fn step_together(&mut self, other: &Database, count: usize) {
        let operations = self.operations(count);
        let asked = operations.iter().enumerate().map(|(place, operation)| {
            let database = if place % 2 == 0 { &self.database } else { other };
            let clerk = Clerk { world: self, database };
            async move { clerk.perform(operation).await }
        });
        let answers = join_all(asked).await;
        let mut unexplained: Unexplained = operations.into_iter().zip(answers).collect();
        for fund in 0..self.auditor.funds.len() {
            for written in self.written(fund).await {
                self.explain(&mut unexplained).await;
                self.explain_written(&mut unexplained, &written).await;
            }
        }
        self.explain(&mut unexplained).await;
        assert!(
            unexplained.is_empty(),
            "nothing explains these answers, at no place in the journals:\n{unexplained:#?}"
        );
    }

    /// Operations that move money if they are done, so that a journal tells when they were; some of them twice.
    fn operations(&mut self, count: usize) -> Vec<Operation> {
        let mut operations: Vec<Operation> = Vec::with_capacity(count);
        while operations.len() < count {
            let operation = if self.draw.happens(1, 8) && !operations.is_empty() {
                operations[self.draw.below(operations.len())].clone()
            } else {
                self.draw.operation(&self.auditor)
            };
            if self.moves_money(&operation.what) {
                operations.push(operation);
            }
        }
        operations
    }

    fn moves_money(&self, what: &What) -> bool {
        match what {
            What::SetPolicy(..) | What::CloseYear(..) | What::CloseFund(_) => false,
            What::Adopt { decision, .. } => {
                let decision = self.auditor.decisions.get(*decision);
                decision.is_none_or(|decision| decision.minor > 0)
            }
            _ => what.takes_key(),
        }
    }

    /// What was written to a journal since the auditor saw its end, operation by operation.
    async fn written(&self, fund: usize) -> VecDeque<Written> {
        let lines = transfer::Entity::find()
            .filter(transfer::Column::FundId.eq(self.ids.fund(fund)))
            .filter(transfer::Column::Seq.gt(self.auditor.ledger.end(fund)))
            .order_by_asc(transfer::Column::Seq)
            .all(&self.connection)
            .await
            .expect("a journal");
        let mut written = VecDeque::new();
        for line in lines {
            let by = Written {
                who: line.actor_id,
                key: line.idempotency_key,
            };
            // The lines of one operation follow each other.
            if written.back() != Some(&by) {
                written.push_back(by);
            }
        }
        written
    }

    /// The next operation in a journal was to be done, just as it was.
    async fn explain_written(&mut self, unexplained: &mut Unexplained, written: &Written) {
        let place = unexplained.iter().position(|(operation, answer)| {
            let by = Written {
                who: self.ids.people[operation.who].user_id(),
                key: Some(key(operation.key)),
            };
            answer.moved() && by == *written
        });
        let Some(place) = place else {
            panic!(
                "the journal has a transfer that nobody was told of, under the key {:?}",
                written.key
            )
        };
        let (operation, answer) = unexplained.swap_remove(place);
        let (expected, plan) = self.auditor.expect(&operation);
        self.report.count(&operation, &expected);
        assert!(
            self.agrees(&operation, &expected, &answer),
            "{operation:#?}\nin its place in the journal, the auditor expects {expected:#?}\nand came {answer:#?}"
        );
        self.take(&operation, &expected, plan, &answer).await;
    }

    /// What moved nothing may have been answered at any moment: at this one, if the auditor would answer the same.
    async fn explain(&mut self, unexplained: &mut Unexplained) {
        loop {
            let place = unexplained.iter().position(|(operation, answer)| {
                !answer.moved() && self.agrees(operation, &self.auditor.expect(operation).0, answer)
            });
            let Some(place) = place else { return };
            let (operation, answer) = unexplained.swap_remove(place);
            let (expected, plan) = self.auditor.expect(&operation);
            self.report.count(&operation, &expected);
            self.take(&operation, &expected, plan, &answer).await;
        }
    }
}

impl Answer {
    /// Whether it says that money has moved, for the first time.
    fn moved(&self) -> bool {
        !self.postings.is_empty() && !self.replayed && !self.preview
    }
}
