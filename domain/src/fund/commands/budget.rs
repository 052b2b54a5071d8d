//! Handing budget down, taking it back, and moving it sideways.

use entity::value::{AccountKind, CallId, CallStatus, FundId, ProgrammeId, TransferKind};
use entity::{call, programme};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};

use super::order::{Order, check_may_move, load_to_move};
use crate::error::{Reasons, Refusal};
use crate::fund::ledger::{Key, journal};
use crate::fund::lifecycle::Event;
use crate::work::Idempotency;
use crate::{Command, Database, Error, Result, Work};

/// Who holds budget between the envelope and the awards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    /// A programme.
    Programme(ProgrammeId),
    /// A call.
    Call(CallId),
}

/// Sets budget aside for a programme, out of the envelope, or for a call, out of its programme's.
#[derive(Clone, Debug, Serialize)]
pub struct AllocateBudget {
    /// Who receives it.
    pub to: Holder,
    /// How much, and on whose word.
    #[serde(flatten)]
    pub order: Order,
}

impl Command for AllocateBudget {
    type Output = Holder;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("allocateBudget", &self.order.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        self.to.journal(db).await
    }

    async fn run(&self, work: &mut Work) -> Result<Holder> {
        let place = self.to.find(work).await?;
        let way = (TransferKind::Allocate, place.parent, place.own);
        move_budget(work, &place, &self.order, "fund.allocate", way).await?;
        Ok(self.to)
    }
}

/// Takes budget back from a programme to the envelope, or from a call to its programme. Only what is promised to nobody
/// can be taken back.
#[derive(Clone, Debug, Serialize)]
pub struct DeallocateBudget {
    /// Who gives it back.
    pub from: Holder,
    /// How much, and on whose word.
    #[serde(flatten)]
    pub order: Order,
}

impl Command for DeallocateBudget {
    type Output = Holder;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("deallocateBudget", &self.order.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        self.from.journal(db).await
    }

    async fn run(&self, work: &mut Work) -> Result<Holder> {
        let place = self.from.find(work).await?;
        let way = (TransferKind::Deallocate, place.own, place.parent);
        move_budget(work, &place, &self.order, "fund.deallocate", way).await?;
        Ok(self.from)
    }
}

/// Moves budget from one programme to another, or from one call to another, of the same fund.
#[derive(Clone, Debug, Serialize)]
pub struct RedeployBudget {
    /// Who gives it.
    pub from: Holder,
    /// Who receives it.
    pub to: Holder,
    /// How much, and on whose word.
    #[serde(flatten)]
    pub order: Order,
}

impl Command for RedeployBudget {
    type Output = (Holder, Holder);

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("redeployBudget", &self.order.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        self.from.journal(db).await
    }

    async fn run(&self, work: &mut Work) -> Result<(Holder, Holder)> {
        // One after the other: whoever may not move the money of the first is told nothing of the second.
        let from = self.from.find(work).await?;
        from.check_known(work).await?;
        let to = self.to.find(work).await?;
        to.check_known(work).await?;
        let alike = from.own.kind == to.own.kind && from.own != to.own && from.fund == to.fund;
        if !alike {
            return Err(Refusal::invalid(
                "to",
                "Budget is redeployed between two programmes, or two calls, of the same fund.",
                "Un redéploiement se fait entre deux programmes, ou deux appels, du même fonds.",
            )
            .into());
        }
        let way = (TransferKind::Redeploy, from.own, to.own);
        move_budget(work, &from, &self.order, "fund.redeploy", way).await?;
        Ok((self.from, self.to))
    }
}

/// Where a holder is: its fund, its account, and the account above.
struct Place {
    fund: FundId,
    own: Key,
    parent: Key,
    /// Whether its existence is known to its staff only.
    in_preparation: bool,
}

impl Holder {
    async fn journal(self, db: &Database) -> Result<Option<FundId>> {
        match self {
            Self::Programme(id) => journal::of_programme(db, id).await,
            Self::Call(id) => journal::of_call(db, id).await,
        }
    }

    async fn find(self, work: &Work) -> Result<Place> {
        match self {
            Self::Programme(id) => {
                let found = programme::Entity::find_by_id(id).one(work.txn()).await?;
                let programme = found.ok_or(Error::NotFound)?;
                Ok(Place {
                    fund: programme.fund_id,
                    own: Key::commitment(AccountKind::Programme, id),
                    parent: Key::commitment(AccountKind::Envelope, programme.fund_id),
                    in_preparation: false,
                })
            }
            Self::Call(id) => {
                let found = call::Entity::find_by_id(id).one(work.txn()).await?;
                let call = found.ok_or(Error::NotFound)?;
                Ok(Place {
                    fund: call.fund_id,
                    own: Key::commitment(AccountKind::Call, id),
                    parent: Key::commitment(AccountKind::Programme, call.programme_id),
                    in_preparation: call.status == CallStatus::Draft,
                })
            }
        }
    }
}

impl Place {
    /// Refuses an actor who may not move the money here: as for what does not exist, if they may not know of it.
    async fn check_known(&self, work: &Work) -> Result<()> {
        match check_may_move(work, self.fund).await {
            Err(Error::Forbidden | Error::Unauthenticated) if self.in_preparation => Err(Error::NotFound),
            other => other,
        }
    }
}

async fn move_budget(
    work: &mut Work,
    place: &Place,
    order: &Order,
    action: &str,
    way: (TransferKind, Key, Key),
) -> Result<()> {
    place.check_known(work).await?;
    let fund = load_to_move(work, place.fund).await?;
    let mut reasons = Reasons::none();
    reasons.keep(Event::Spend.apply(fund.status));
    let checked = order.check(work, reasons, fund)?;
    checked.carry_out_within(work, action, way).await
}
