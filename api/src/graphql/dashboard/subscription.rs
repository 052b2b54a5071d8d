//! Budgets as they change.

use async_graphql::{Context, ID, SimpleObject, Subscription};
use domain::dashboard;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use super::{Budget, node};
use crate::graphql::context::RequestContext;
use crate::graphql::error::Nullable;

/// A budget that has changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct BudgetChange {
    /// Whose budget it is: the global identifier that was subscribed to, by which a client finds what it has of it.
    node_id: ID,
    /// The budget as it is now.
    budget: Budget,
}

/// Subscriptions to budgets.
#[derive(Default)]
pub struct DashboardSubscription;

#[Subscription]
impl DashboardSubscription {
    /// The budget of any node as it stands, then each time it has changed. The newest is always told; in a burst of
    /// changes, some in between are not. For whoever may see the budget, which is asked again at each event, and every
    /// few seconds in between: one that is refused is null with the error that `budget` would answer, and is the last.
    async fn budget_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global identifier of a fund, a programme, a call or an award.")] node: ID,
    ) -> BoxStream<'static, Nullable<BudgetChange>> {
        match self::node(&node) {
            Ok(found) => {
                let ask_every = ctx.app().sockets.options().ask_every;
                dashboard::changes(ctx.database(), ctx.actor().user_id(), found, ask_every)
                    .map(move |budget| {
                        Some(budget.map_err(Into::into).map(|budget| BudgetChange {
                            node_id: node.clone(),
                            budget: budget.into(),
                        }))
                    })
                    .boxed()
            }
            Err(error) => stream::once(std::future::ready(Some(Err(error)))).boxed(),
        }
    }
}
