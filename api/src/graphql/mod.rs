//! The public contract: GraphQL types, and how they come from what `domain` answers.
//!
//! A file or folder per noun, each with its types, its inputs and its part of `Query`, `Mutation` and `Subscription`;
//! beside them what they share: [`error`] and [`user_error`], [`id`], [`page`], [`scalar`], [`ledger`], [`loader`],
//! [`context`] and `mutation`.

pub mod application;
pub mod award;
pub mod call;
pub mod context;
pub mod dashboard;
pub mod error;
pub mod evaluation;
mod execute;
pub mod fund;
pub mod id;
pub mod identity;
pub mod journal;
pub mod ledger;
pub mod loader;
pub mod locale;
mod mutation;
pub mod node;
pub mod open_data;
pub mod page;
pub mod scalar;
pub mod user_error;

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions};

pub use execute::{code_of, execute, is_request_error, refuse, subscribe};
pub use locale::Locale;

/// Deepest nesting of fields: what a generous client writes, and the query by which GraphiQL asks for this schema.
const DEEPEST: usize = 20;
/// Most fields asked for, those in lists counted once for every item that a page may have.
const MOST_COMPLEX: usize = 20_000;
/// Most fields under another name.
const MOST_ALIASES: usize = 100;
/// Most directives on one field.
const MOST_DIRECTIVES: usize = 10;

/// The public contract, ready to run requests. Clones share it.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// What may be asked for.
#[derive(Default, MergedObject)]
pub struct Query(
    node::NodeQuery,
    identity::IdentityQuery,
    fund::FundQuery,
    call::CallQuery,
    application::ApplicationQuery,
    evaluation::EvaluationQuery,
    award::AwardQuery,
    dashboard::DashboardQuery,
    journal::JournalQuery,
    open_data::OpenDataQuery,
);

/// What may be done. Fields run one after the other; one that is refused undoes none of the others.
#[derive(Default, MergedObject)]
pub struct Mutation(
    identity::IdentityMutation,
    fund::FundMutation,
    call::CallMutation,
    application::ApplicationMutation,
    evaluation::EvaluationMutation,
    award::AwardMutation,
);

/// What may be followed, by the protocol `graphql-transport-ws` at the same address. Each asks for one field.
#[derive(Default, MergedSubscription)]
pub struct Subscription(dashboard::DashboardSubscription);

/// Builds the contract, with the limits that hold before any of a request runs.
#[must_use]
pub fn schema() -> Schema {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .limit_depth(DEEPEST)
        .limit_complexity(MOST_COMPLEX)
        .limit_aliases(MOST_ALIASES)
        .limit_directives(MOST_DIRECTIVES)
        .finish()
}

/// The contract as text: what `schema.graphql` holds.
#[must_use]
pub fn sdl() -> String {
    schema().sdl_with_options(SDLExportOptions::new().include_specified_by().use_space_ident())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As deep as the introspection query of GraphiQL, which follows nine wrappers of a type.
    #[tokio::test]
    async fn tools_can_ask_for_the_whole_schema() {
        let of_type = (0..9).fold("kind name".to_owned(), |inner, _| {
            format!("kind name ofType {{ {inner} }}")
        });
        let value = format!("name description type {{ {of_type} }} defaultValue isDeprecated deprecationReason");
        let query = format!(
            "{{ __schema {{ queryType {{ name }} mutationType {{ name }} subscriptionType {{ name }}
                types {{ kind name description specifiedByURL
                    fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ {value} }}
                        type {{ {of_type} }} isDeprecated deprecationReason }}
                    inputFields(includeDeprecated: true) {{ {value} }}
                    interfaces {{ {of_type} }}
                    enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
                    possibleTypes {{ {of_type} }} }}
                directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ {value} }} }}
            }} }}"
        );
        let response = schema().execute(query).await;
        assert!(response.is_ok(), "{:?}", response.errors);
    }

    #[tokio::test]
    async fn what_asks_for_too_much_is_refused_before_it_runs() {
        let nested = format!("{{ {} __typename {} }}", "... { ".repeat(40), "} ".repeat(40));
        let aliases: Vec<_> = (0..=MOST_ALIASES)
            .map(|number| format!("a{number}: __typename"))
            .collect();
        let renamed = format!("{{ {} }}", aliases.join(" "));
        let directed = format!("{{ __typename {} }}", "@skip(if: false) ".repeat(MOST_DIRECTIVES + 1));
        for query in [nested, renamed, directed] {
            let response = schema().execute(query.as_str()).await;
            assert!(is_request_error(&response), "{query}");
        }
    }
}
