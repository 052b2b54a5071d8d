//! Budgets as they were at instants that are past, against what the auditor remembers of them.

use domain::dashboard::{
    budget::Budget,
    queries::{self, Node as BudgetNode},
};
use entity::value::{AccountKind, Instant};
use time::Duration;

use super::auditor::{Figures, Node};
use super::stage::AUDITOR;
use super::world::World;

/// How many instants are remembered at the same time.
const MOST: usize = 12;

#[derive(Default)]
pub struct Memory(Vec<Remembered>);

struct Remembered {
    at: Instant,
    budgets: Vec<(Node, Figures)>,
}

impl World {
    /// Remembers this instant, with what is held by some nodes of each kind; it is over at once.
    pub fn remember(&mut self) {
        let mut nodes: Vec<Node> = (0..self.auditor.funds.len()).map(Node::Fund).collect();
        for _ in 0..2 {
            nodes.push(Node::Programme(self.draw.below(self.auditor.programmes.len())));
            nodes.push(Node::Call(self.draw.below(self.auditor.calls.len())));
            if self.auditor.awards.len() > 0 {
                nodes.push(Node::Award(self.draw.below(self.auditor.awards.len())));
            }
        }
        let remembered = Remembered {
            at: self.database.clock().now(),
            budgets: nodes
                .into_iter()
                .map(|node| (node, self.auditor.budget(node)))
                .collect(),
        };
        self.database.clock().advance(Duration::seconds(1));
        if self.memory.0.len() < MOST {
            self.memory.0.push(remembered);
        } else {
            let place = self.draw.below(MOST);
            self.memory.0[place] = remembered;
        }
    }

    /// What the program says that budgets were, where it is not what the auditor remembers.
    pub async fn forgotten(&self) -> Vec<String> {
        let mut differences = Vec::new();
        for Remembered { at, budgets } in &self.memory.0 {
            for (node, expected) in budgets {
                let budget = queries::budget(&self.database, &self.ids.people[AUDITOR], self.node(*node), Some(*at));
                let came = budget.await.map(figures);
                let expected = meaning(*node, expected);
                if came.as_ref().ok() != Some(&expected) {
                    differences.push(format!("{node:?} at {at:?} held {expected:?} and came {came:?}"));
                }
            }
        }
        differences
    }

    fn node(&self, node: Node) -> BudgetNode {
        match node {
            Node::Fund(fund) => BudgetNode::Fund(self.ids.fund(fund)),
            Node::Programme(programme) => BudgetNode::Programme(self.ids.programme(programme)),
            Node::Call(call) => BudgetNode::Call(self.ids.call(call)),
            Node::Award(award) => BudgetNode::Award(self.ids.award(award)),
        }
    }
}

/// The figures of a dashboard: opened, allocated, available, reserved, committed, ordered, paid, recoverable,
/// recovered, lapsed, remaining to pay.
type Dashboard = [i64; 11];

fn figures(budget: Budget) -> Dashboard {
    [
        budget.opened(),
        budget.allocated(),
        budget.available(),
        budget.reserved(),
        budget.committed(),
        budget.ordered(),
        budget.paid(),
        budget.recoverable(),
        budget.recovered(),
        budget.lapsed(),
        budget.remaining_to_pay(),
    ]
    .map(|money| money.minor)
}

/// What the balances under a node mean.
fn meaning(node: Node, figures: &Figures) -> Dashboard {
    use AccountKind::{Award, Call, Envelope, Lapsed, Ordered, Paid, Programme, Recoverable, Recovered, Reserved};
    let sum = |kinds: &[AccountKind]| figures.sum(kinds);
    let opened: i64 = figures.0.iter().sum();
    let kept = match node {
        Node::Fund(_) => sum(&[Envelope]),
        Node::Programme(_) => sum(&[Programme]),
        Node::Call(_) | Node::Award(_) => 0,
    };
    let paid = sum(&[Paid, Recoverable, Recovered]);
    let to_pay = sum(&[Award, Ordered]);
    [
        opened,
        opened - kept,
        sum(&[Envelope, Programme, Call]),
        sum(&[Reserved]),
        to_pay + paid,
        sum(&[Ordered]) + paid,
        paid,
        sum(&[Recoverable]),
        sum(&[Recovered]),
        sum(&[Lapsed]),
        to_pay,
    ]
}
