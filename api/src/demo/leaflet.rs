//! What a visitor is told once the demonstration is loaded.

use super::people::{ACCOUNTS, PASSWORD};

/// Anybody's query.
const FUNDED: &str = concat!(
    r#"{ fundedProjects(callCode: "FTAP-2018-2", first: 3) "#,
    "{ totalCount nodes { title amount { amount currency } } } }",
);
/// Two of an auditor's.
const CALL: &str = r#"{ call(code: "FTAP-2018-2") { title applications { totalCount } awards { totalCount }
       budget { opened { amount } reserved { amount } committed { amount } paid { amount } available { amount } } } }"#;
const FUND: &str = r#"{ fund(code: "PIA-TNMAP") { name budget { opened { amount currency } allocated { amount } } } }"#;

/// The accounts, and three queries to try on a server at `http://ADDRESS`.
pub(crate) fn leaflet(address: &str) -> String {
    let width = ACCOUNTS
        .iter()
        .map(|account| account.email.len())
        .max()
        .unwrap_or_default();
    let accounts: Vec<String> = ACCOUNTS
        .iter()
        .map(|account| format!("  {:width$}  {}", account.email, account.does))
        .collect();
    let accounts = accounts.join("\n");
    let auditor = "auditor@demo.octroi.example";
    let curl = format!("curl -sS {address}/graphql -H 'Content-Type: application/json' -d");
    let funded = FUNDED.replace('"', "\\\"");
    format!(
        r#"Accounts, all with the password "{PASSWORD}":
{accounts}

Three queries to try, in the browser at {address}/ or with curl:

  1. Anybody: what is funded.
     {curl} '{{"query":"{funded}"}}'

  2. The auditor: what became of a call.
     {CALL}

  3. The auditor: an envelope that was cut from 126 to 110.6 million euros.
     {FUND}

  To sign in, send this and put its answer in a header, {{"Authorization": "Bearer ACCESS_TOKEN"}}:
     mutation {{ logIn(input: {{ email: "{auditor}", password: "{PASSWORD}" }}) {{ session {{ accessToken }} }} }}

Figures and names that were published are the real ones. What is made up says so in the field `illustrative`.
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_queries_are_valid() {
        for query in [FUNDED, CALL, FUND] {
            assert_eq!(faults(query).await, [""; 0], "{query}");
            assert_ne!(faults(&query.replace("amount", "amuont")).await, [""; 0], "{query}");
        }
    }

    /// What the contract finds wrong with a query before it runs; its root field is left out, for want of a database.
    async fn faults(query: &str) -> Vec<String> {
        let skipped = query.replacen(") {", ") @include(if: $no) {", 1);
        let request = format!("query Skipped($no: Boolean = false) {skipped}");
        let response = crate::graphql::schema().execute(request).await;
        response.errors.into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn the_leaflet_names_every_account_and_where_to_go() {
        let leaflet = leaflet("http://127.0.0.1:8080");
        assert!(ACCOUNTS.iter().all(|account| leaflet.contains(account.email)));
        assert!(leaflet.contains("http://127.0.0.1:8080/graphql"));
        assert!(leaflet.lines().all(|line| line.chars().count() <= 240), "{leaflet}");
    }
}
