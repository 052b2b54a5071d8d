//! What every resolver of one request shares, and how it gets at it.

use std::net::IpAddr;

use async_graphql::Context;
use domain::{Actor, Database};

use super::loader::Loaders;
use super::locale::Locale;
use crate::App;

/// Who sends a request.
pub struct Caller {
    /// Who asks, with what they hold.
    pub actor: Actor,
    /// The language of messages for people.
    pub locale: Locale,
    /// Where they are.
    pub address: IpAddr,
}

/// The parts of one request. A new one for every request: nothing that one viewer loaded is ever another's.
pub(crate) struct RequestData {
    app: App,
    caller: Caller,
    loaders: Loaders,
}

impl RequestData {
    /// The parts of a request of somebody.
    pub(crate) fn new(app: App, caller: Caller) -> Self {
        let loaders = Loaders::new(app.database.clone(), caller.actor.clone());
        Self { app, caller, loaders }
    }
}

/// What a resolver asks its context for.
pub trait RequestContext {
    /// The server's parts.
    fn app(&self) -> &App;
    /// The database, for queries and commands.
    fn database(&self) -> &Database;
    /// Who asks.
    fn actor(&self) -> &Actor;
    /// The language of messages for people.
    fn locale(&self) -> Locale;
    /// Where the request comes from.
    fn address(&self) -> IpAddr;
    /// Loads objects by their identifiers, many at once.
    fn loaders(&self) -> &Loaders;
}

impl RequestContext for Context<'_> {
    fn app(&self) -> &App {
        &data(self).app
    }

    fn database(&self) -> &Database {
        &data(self).app.database
    }

    fn actor(&self) -> &Actor {
        &data(self).caller.actor
    }

    fn locale(&self) -> Locale {
        data(self).caller.locale
    }

    fn address(&self) -> IpAddr {
        data(self).caller.address
    }

    fn loaders(&self) -> &Loaders {
        &data(self).loaders
    }
}

/// Panics if the request was not started by [`super::Prepared::run`], the one place that does.
fn data<'a>(ctx: &Context<'a>) -> &'a RequestData {
    ctx.data_unchecked::<RequestData>()
}
