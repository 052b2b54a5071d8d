//! Payment credits.

use async_graphql::{Context, Object};
use domain::dashboard::journal::credits as queries;
use domain::dashboard::queries::Node;

use crate::graphql::context::RequestContext;
use crate::graphql::error::Result;
use crate::graphql::fund::Programme;
use crate::graphql::scalar::{DateTime, Money};

/// The payment credits of a programme for a fiscal year.
pub struct PaymentCredits(queries::PaymentCredits);

impl PaymentCredits {
    /// Those of a programme, or of all programmes of a fund.
    pub(crate) async fn load(
        ctx: &Context<'_>,
        node: Node,
        fiscal_year: Option<i32>,
        as_of: Option<DateTime>,
    ) -> Result<Vec<Self>> {
        let as_of = as_of.map(|at| at.0);
        let found = queries::payment_credits(ctx.database(), ctx.actor(), node, fiscal_year, as_of).await?;
        Ok(found.into_iter().map(Self).collect())
    }
}

/// The payment credits of a programme (in France, *crédits de paiement*) for one fiscal year: what may be ordered in
/// it. Its figures always add up: `opened = consumed + available`.
#[Object]
impl PaymentCredits {
    /// The programme.
    async fn programme(&self, ctx: &Context<'_>) -> Result<Programme> {
        Ok(ctx.loaders().one(self.0.programme).await?.into())
    }

    /// The fiscal year, as 2026.
    async fn fiscal_year(&self) -> i32 {
        self.0.fiscal_year
    }

    /// Everything given to the programme for the year; cuts, and what went to another programme or to the next year,
    /// are deducted.
    async fn opened(&self) -> Money {
        self.0.opened().into()
    }

    /// What payments that were ordered have used of it; what the bank returned is not part of it.
    async fn consumed(&self) -> Money {
        self.0.consumed.into()
    }

    /// What is left to order.
    async fn available(&self) -> Money {
        self.0.available.into()
    }
}
