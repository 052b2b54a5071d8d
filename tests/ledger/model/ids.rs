//! Which object of the database each number of the auditor's stands for.

use std::collections::HashMap;

use domain::Actor;
use entity::value::{
    ApplicationId, AwardId, CallId, DecisionId, FundId, InstalmentId, OrganisationId, PaymentRequestId, ProgrammeId,
    RecoveryId,
};
use uuid::Uuid;

use super::auditor::Node;

/// The identifier of what does not exist.
pub const NOBODY: Uuid = Uuid::from_u128(7);

#[derive(Default)]
pub struct Ids {
    /// With the roles they hold.
    pub people: Vec<Actor>,
    pub organisations: Vec<OrganisationId>,
    funds: Vec<FundId>,
    programmes: Vec<ProgrammeId>,
    calls: Vec<CallId>,
    pub decisions: Vec<DecisionId>,
    /// Of the decisions.
    pub applications: Vec<ApplicationId>,
    awards: Vec<AwardId>,
    pub instalments: Vec<InstalmentId>,
    pub requests: Vec<PaymentRequestId>,
    pub recoveries: Vec<RecoveryId>,
    nodes: HashMap<Uuid, Node>,
}

/// The identifier with a number, or the one of nobody.
macro_rules! by_number {
    ($($name:ident: $list:ident -> $id:ident),+ $(,)?) => {$(
        pub fn $name(&self, number: usize) -> $id {
            self.$list.get(number).copied().unwrap_or($id(NOBODY))
        }
    )+};
}

impl Ids {
    by_number! {
        fund: funds -> FundId,
        programme: programmes -> ProgrammeId,
        call: calls -> CallId,
        decision: decisions -> DecisionId,
        application: applications -> ApplicationId,
        award: awards -> AwardId,
        instalment: instalments -> InstalmentId,
        request: requests -> PaymentRequestId,
        recovery: recoveries -> RecoveryId,
    }

    pub fn add_fund(&mut self, id: FundId) {
        self.nodes.insert(id.0, Node::Fund(self.funds.len()));
        self.funds.push(id);
    }

    pub fn add_programme(&mut self, id: ProgrammeId) {
        self.nodes.insert(id.0, Node::Programme(self.programmes.len()));
        self.programmes.push(id);
    }

    pub fn add_call(&mut self, id: CallId) {
        self.nodes.insert(id.0, Node::Call(self.calls.len()));
        self.calls.push(id);
    }

    pub fn add_award(&mut self, id: AwardId) {
        self.nodes.insert(id.0, Node::Award(self.awards.len()));
        self.awards.push(id);
    }

    /// What an identifier is of.
    pub fn node(&self, id: Uuid) -> Option<Node> {
        self.nodes.get(&id).copied()
    }

    /// The identifier of a node; none of an award that is only about to be made.
    pub fn of(&self, node: Node) -> Option<Uuid> {
        match node {
            Node::Fund(fund) => self.funds.get(fund).map(|id| id.0),
            Node::Programme(programme) => self.programmes.get(programme).map(|id| id.0),
            Node::Call(call) => self.calls.get(call).map(|id| id.0),
            Node::Award(award) => self.awards.get(award).map(|id| id.0),
        }
    }
}
