//! Who may import whom. The plan and its reasons: docs/ARCHITECTURE.md.

use super::source::{CodePath, Finding, Source, is_sign, is_word};

/// The rooms of `domain`, in the order in which a grant passes through them, then those that only read. A room imports
/// the rooms before it, never one after it.
const ROOMS: [&str; 11] = [
    "identity",
    "fund",
    "call",
    "application",
    "evaluation",
    "award",
    "dashboard",
    "open_data",
    "search",
    "audit",
    "notification",
];

/// Modules without a database, a clock or a wait, so that they can be read and tested as arithmetic.
const PURE: [&str; 3] = ["lifecycle", "policy", "rules"];

pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = crates(source);
    match source.crate_name() {
        "domain" => {
            findings.extend(rooms(source));
            findings.extend(pure(source));
        }
        "api" => findings.extend(transactions(source)),
        _ => {}
    }
    findings
}

/// What a crate must not name. Cargo forbids most of it already; this says why, before a dependency is added.
fn crates(source: &Source) -> Vec<Finding> {
    let (banned, why): (&[&str], _) = match source.crate_name() {
        "entity" => (
            &["api", "domain", "migration", "async_graphql", "actix_web"],
            "entities are only the shape of rows",
        ),
        "migration" => (
            &["api", "domain", "entity"],
            "an old migration must not change when an entity does",
        ),
        "domain" => (
            &["api", "async_graphql", "actix_web"],
            "the rules know nothing of the web",
        ),
        "api" => (
            &["sea_orm", "sqlx", "migration"],
            "the face reads and writes through domain's queries and commands",
        ),
        _ => return Vec::new(),
    };
    let paths = source.paths();
    let named = paths.iter().filter(|path| !path.local && path.segments.len() > 1);
    named
        .filter(|path| banned.contains(&path.segments[0].as_str()))
        .map(|path| {
            source.finding(
                path.line,
                format!("{} is not for {}: {why}", path.segments[0], source.crate_name()),
            )
        })
        .collect()
}

/// A room of `domain` imports none to its right, and what all rooms share imports none of them.
fn rooms(source: &Source) -> Vec<Finding> {
    let module = source.module();
    let Some(own) = module.first() else {
        // The root of the crate declares the rooms.
        return Vec::new();
    };
    let place = |name: &str| ROOMS.iter().position(|room| *room == name).map_or(0, |place| place + 1);
    let upward = |path: &CodePath| {
        let target = path
            .segments
            .first()
            .filter(|target| path.local && place(target) > place(own))?;
        Some(source.finding(
            path.line,
            format!("{own} imports {target}, which comes after it: {}", ROOMS.join(", ")),
        ))
    };
    // `audit` reads the traces of every room.
    if own == "audit" {
        Vec::new()
    } else {
        source.paths().iter().filter_map(upward).collect()
    }
}

fn pure(source: &Source) -> Vec<Finding> {
    let module = source.module();
    let Some(name) = module.iter().find(|name| PURE.contains(&name.as_str())) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    source.each_run(&mut |run| {
        for token in run {
            if let Some(word) = ["async", "await", "sea_orm"]
                .iter()
                .find(|word| is_word(Some(token), word))
            {
                findings.push(source.finding(token.span().start().line, format!("{word} in {name}, which is pure")));
            }
        }
    });
    findings
}

/// One mutation is one Work, and `domain::work` begins it.
fn transactions(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    source.each_run(&mut |run| {
        for pair in run.windows(2) {
            let begins = ["begin", "begin_with_config", "begin_with_options", "transaction"];
            if is_sign(pair.first(), '.') && begins.iter().any(|name| is_word(pair.last(), name)) {
                let line = pair[1].span().start().line;
                findings.push(source.finding(line, "the face begins no transaction: call a command of domain"));
            }
        }
    });
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(path: &str, text: &str) {
        assert_eq!(check(&Source::parse(path, text)).len(), 1, "{path}: {text}");
    }

    #[track_caller]
    fn accepted(path: &str, text: &str) {
        assert_eq!(check(&Source::parse(path, text)), [], "{path}: {text}");
    }

    #[test]
    fn a_crate_that_names_one_above_it_is_found() {
        refused("entity/src/fund.rs", "use async_graphql::SimpleObject;");
        refused("entity/src/fund.rs", "impl From<domain::Money> for X {}");
        refused("migration/src/m1.rs", "use entity::fund;");
        refused(
            "domain/src/fund/queries.rs",
            "async fn f() { actix_web::web::block(g); }",
        );
        refused("api/src/graphql/fund.rs", "use sea_orm::EntityTrait;");
        accepted(
            "api/src/graphql/fund.rs",
            "use domain::fund; // not sea_orm::EntityTrait",
        );
        accepted("domain/src/fund/queries.rs", "use sea_orm::EntityTrait;");
    }

    #[test]
    fn the_face_beginning_a_transaction_is_found() {
        refused("api/src/http/health.rs", "async fn f() { db.writer().begin().await; }");
        accepted("api/src/http/health.rs", "fn begin() {}");
    }

    #[test]
    fn a_room_that_imports_one_to_its_right_is_found() {
        refused("domain/src/fund/commands.rs", "use crate::award::queries;");
        refused(
            "domain/src/fund/ledger/writer.rs",
            "use super::super::super::call::Call;",
        );
        refused("domain/src/award/commands/pay.rs", "use crate::notification::send;");
        refused("domain/src/dashboard/queries.rs", "use crate::open_data;");
        refused("domain/src/work.rs", "use crate::{Actor, fund::ledger};");
        accepted(
            "domain/src/award/commands/pay.rs",
            "use crate::{Work, fund::ledger, call::queries};",
        );
        accepted(
            "domain/src/fund/commands.rs",
            "use crate::identity::policy; use super::rules;",
        );
        accepted("domain/src/lib.rs", "pub use self::award::Award;");
    }

    #[test]
    fn a_wait_or_a_database_in_a_pure_module_is_found() {
        refused("domain/src/award/lifecycle.rs", "pub async fn apply() {}");
        refused(
            "domain/src/call/rules/dates.rs",
            "fn f(db: &sea_orm::DatabaseConnection) {}",
        );
        refused("domain/src/fund/policy.rs", "use sea_orm::Condition;");
        accepted(
            "domain/src/fund/policy.rs",
            "//! Neither async nor sea_orm.\npub fn may_see() {}",
        );
        accepted("domain/src/fund/queries.rs", "pub async fn find() {}");
    }
}
