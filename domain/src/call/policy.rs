//! Who may write a call, and who may see it before it is published.

use entity::call;
use entity::value::{FundId, Role};

use crate::actor::{Actor, Place, Places};

/// Where a call sits.
#[must_use]
pub fn place(call: &call::Model) -> Place {
    Place::Call(call.fund_id, call.id)
}

/// Whether the actor may create calls in a fund.
#[must_use]
pub fn may_create(actor: &Actor, fund: FundId) -> bool {
    actor.holds(&[Role::ProgrammeManager], Place::Fund(fund))
}

/// Whether the actor may publish a call, start its evaluation and conclude it.
#[must_use]
pub fn may_run(actor: &Actor, call: &call::Model) -> bool {
    actor.holds(&[Role::ProgrammeManager], place(call))
}

/// Where the actor sees calls in preparation: wherever they hold a role.
#[must_use]
pub fn drafts_seen(actor: &Actor) -> Places {
    actor.places(Role::ALL)
}
