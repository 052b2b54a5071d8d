//! Where the money moves: two funds, one with a call that has decisions to adopt and payments to order.

use api::graphql::id;
use entity::value::{CallId, FundId, ProgrammeId, UserId};
use uuid::Uuid;

use super::deed::{Deed, Figures};
use crate::harness::TestApp;
use crate::ledger::{job::prepare, user};

/// Something that holds budget.
pub struct Node {
    pub id: String,
    pub uuid: Uuid,
}

pub struct Venue {
    fund: Node,
    programme: Node,
    call: Node,
    /// A fund beside it: on PostgreSQL their journals are written to at the same time.
    other_fund: Node,
    other_programme: Node,
    officer: UserId,
    other_officer: UserId,
}

impl Node {
    fn new<T: id::NodeId>(id: &str) -> Self {
        let uuid = id::parse::<T>(&id.into()).expect("an identifier").into();
        Self {
            id: id.to_owned(),
            uuid,
        }
    }
}

impl Venue {
    /// The venue, and the work of which there is so much and no more.
    pub async fn prepare(app: &TestApp) -> (Self, Vec<Deed>) {
        let (proposals, jobs) = prepare(app).await;
        let call = &proposals.call;
        let (other_fund, other_programme) = call.another(app).await;
        let venue = Self {
            fund: Node::new::<FundId>(&call.fund_id),
            programme: Node::new::<ProgrammeId>(&call.programme_id),
            call: Node::new::<CallId>(&call.call_id),
            officer: user(&call.finance),
            other_officer: user(&app.as_finance_officer(&other_fund).await),
            other_fund: Node::new::<FundId>(&other_fund),
            other_programme: Node::new::<ProgrammeId>(&other_programme),
        };
        let stock = jobs.into_iter().map(|job| Deed::of(&venue, job)).collect();
        (venue, stock)
    }

    /// Something to do of which there is always more.
    pub fn draw(&self, dice: &mut fastrand::Rng) -> Deed {
        let cents = dice.i64(1..1_000);
        match dice.usize(..16) {
            0 => Deed::overdraw(self, &self.call),
            1 => Deed::open(self, &self.fund, cents),
            2..5 => Deed::allocate(self, &self.programme, cents),
            5..8 => Deed::allocate(self, &self.call, cents),
            8 => Deed::deallocate(self, &self.programme, cents),
            9..11 => Deed::deallocate(self, &self.call, cents),
            11 => Deed::open(self, &self.other_fund, cents),
            // The other programme begins with nothing, and never gives anything back.
            _ => Deed::allocate(self, &self.other_programme, cents),
        }
    }

    /// Who moves the money of a node.
    pub fn officer(&self, node: &Node) -> UserId {
        let other = [self.other_fund.uuid, self.other_programme.uuid].contains(&node.uuid);
        if other { self.other_officer } else { self.officer }
    }

    /// A change of every node above the call's awards.
    pub fn above_an_award(&self, change: Figures) -> Vec<(Uuid, Figures)> {
        [&self.fund, &self.programme, &self.call]
            .map(|node| (node.uuid, change))
            .into()
    }
}
