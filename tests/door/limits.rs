//! The limits of documents, as the README tells of them.

use std::iter::successors;

use api::graphql::limits::Limit;

const README: &str = include_str!("../../README.md");

/// The limit in the row after that of another. It does not compile until one that is added has its row.
fn next(limit: Limit) -> Option<Limit> {
    match limit {
        Limit::DocumentBytes => Some(Limit::NameBytes),
        Limit::NameBytes => Some(Limit::Tokens),
        Limit::Tokens => Some(Limit::Nesting),
        Limit::Nesting => Some(Limit::Operations),
        Limit::Operations => Some(Limit::Depth),
        Limit::Depth => Some(Limit::Fields),
        Limit::Fields => Some(Limit::Selections),
        Limit::Selections => Some(Limit::RootFields),
        Limit::RootFields => Some(Limit::UnknownFields),
        Limit::UnknownFields => Some(Limit::Aliases),
        Limit::Aliases => Some(Limit::Directives),
        Limit::Directives => Some(Limit::Values),
        Limit::Values => Some(Limit::Comparisons),
        Limit::Comparisons => Some(Limit::Introspection),
        Limit::Introspection => Some(Limit::Cost),
        Limit::Cost => None,
    }
}

#[test]
fn the_readme_has_a_row_for_every_limit_of_a_document() {
    let (_, section) = README
        .split_once("\n## What a client may ask for\n")
        .expect("the section");
    let (_, table) = section.split_once("|---|---:|---|\n").expect("its first table");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map_while(|line| line.strip_prefix("| "))
        .map(|row| row.split(" | ").take(2).collect())
        .collect();
    let limits: Vec<Vec<String>> = successors(Some(Limit::DocumentBytes), |limit| next(*limit))
        .map(|limit| vec![format!("`{}`", limit.name()), in_thousands(limit.maximum())])
        .collect();
    assert_eq!(rows, limits);
}

/// A number as the README writes it: `20 000`.
fn in_thousands(number: u64) -> String {
    if number < 1_000 {
        return number.to_string();
    }
    format!("{} {:03}", in_thousands(number / 1_000), number % 1_000)
}
