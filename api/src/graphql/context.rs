//! What every resolver of one request shares, and how it gets at it.

use async_graphql::Context;
use domain::{Actor, Database};

use super::loader::Loaders;
use super::locale::Locale;
use crate::App;

/// The parts of one request. A new one for every request: nothing that one viewer loaded is ever another's.
pub(crate) struct RequestData {
    app: App,
    actor: Actor,
    locale: Locale,
    loaders: Loaders,
}

impl RequestData {
    /// The parts of a request of an actor.
    pub(crate) fn new(app: App, actor: Actor, locale: Locale) -> Self {
        let loaders = Loaders::new(app.database.clone(), actor.clone());
        Self {
            app,
            actor,
            locale,
            loaders,
        }
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
        &data(self).actor
    }

    fn locale(&self) -> Locale {
        data(self).locale
    }

    fn loaders(&self) -> &Loaders {
        &data(self).loaders
    }
}

/// Panics if the request was not started by [`super::execute()`], the one place that does.
fn data<'a>(ctx: &Context<'a>) -> &'a RequestData {
    ctx.data_unchecked::<RequestData>()
}
