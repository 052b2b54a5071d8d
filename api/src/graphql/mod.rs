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
pub mod limits;
pub mod loader;
pub mod locale;
mod mutation;
pub mod node;
pub mod open_data;
pub mod page;
pub mod scalar;
pub mod user_error;
mod variables;

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions};

pub use context::Caller;
pub use execute::{Prepared, code_of, is_request_error, prepare, refuse, subscribe};
pub use locale::Locale;

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

/// Builds the contract. It has no limits: [`prepare`] keeps those.
#[must_use]
pub fn schema() -> Schema {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .limit_recursive_depth(usize::MAX)
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
}
