//! Whatever is changed by hand, past the program and its guards, is found by `octroi verify`, with its place.

mod chance;
mod forge;
mod hands;
mod ledger;
mod named;
mod rows;

use sea_orm::DatabaseConnection;

use crate::harness::{Engine, TestApp, on_both_databases};

use chance::whatever_is_tampered_with_by_chance_is_found_with_its_place;
use named::{
    a_forger_who_makes_the_chain_fit_again_is_found_too, each_tampering_is_found_with_its_place,
    the_program_says_whether_the_ledger_is_whole,
};
use rows::{Row, Table};

on_both_databases![
    each_tampering_is_found_with_its_place,
    a_forger_who_makes_the_chain_fit_again_is_found_too,
    the_program_says_whether_the_ledger_is_whole,
    whatever_is_tampered_with_by_chance_is_found_with_its_place,
];

/// Every fault that verification finds.
async fn faults(app: &TestApp) -> Vec<String> {
    let report = domain::audit::verify::verify(&app.database, &mut |_| ()).await;
    let faults = report.expect("a report").faults;
    faults.iter().map(ToString::to_string).collect()
}

/// A ledger with transfers of every kind, without the guards of its database, and all its rows as they were.
struct Scene {
    app: TestApp,
    engine: Engine,
    connection: DatabaseConnection,
    tables: Vec<(Table, Vec<Row>)>,
}

impl Scene {
    async fn new(app: TestApp) -> Self {
        let (engine, connection) = (app.storage.engine, app.storage.connection().await);
        ledger::write(&app, &connection).await;
        rows::lift_the_guards(engine, &connection).await;
        let mut tables = Vec::new();
        for table in rows::tables() {
            let found = table.rows(engine, &connection).await;
            assert!(found.len() > 1, "{} has {} rows", table.name, found.len());
            tables.push((table, found));
        }
        let scene = Self {
            app,
            engine,
            connection,
            tables,
        };
        scene.app.verify().await;
        scene
    }

    /// Makes every row what it was.
    async fn restore(&self) {
        for (table, before) in &self.tables {
            let now = table.rows(self.engine, &self.connection).await;
            let added: Vec<Row> = now.iter().filter(|row| !before.contains(row)).cloned().collect();
            let gone: Vec<Row> = before.iter().filter(|row| !now.contains(row)).cloned().collect();
            let restored = table.replace(&self.connection, &added, &gone).await;
            restored.expect("rows that were there before");
        }
    }
}
