//! Two hundred tamperings by chance, each found with its place, undone, and no longer found.

use std::collections::HashMap;

use entity::fund;
use fastrand::Rng;
use sea_orm::{DatabaseConnection, EntityTrait};
use time::{Date, Duration, macros::format_description};
use uuid::Uuid;

use super::rows::{Column, Row, Sort, Table, WITNESS};
use super::{Scene, faults};
use crate::harness::{Engine, TestApp, dice};

/// How many tamperings.
const TAMPERINGS: usize = 200;

/// The codes of the funds, by their identifiers as text.
type Codes = HashMap<String, String>;

/// Some rows in the place of others.
struct Tampering {
    what: String,
    old: Vec<Row>,
    new: Vec<Row>,
}

pub async fn whatever_is_tampered_with_by_chance_is_found_with_its_place(app: TestApp) {
    let mut dice = dice();
    let scene = Scene::new(app).await;
    let (engine, connection) = (scene.engine, &scene.connection);
    let codes = codes(connection).await;
    let tables: Vec<_> = scene.tables.iter().filter(|(table, _)| table.name != WITNESS).collect();
    let (mut done, mut refused, mut first) = (0, 0, 0);
    while done < TAMPERINGS {
        let (table, rows) = tables[dice.usize(..tables.len())];
        let Some(tampering) = draw(&mut dice, engine, table, rows) else {
            continue;
        };
        if table.replace(connection, &tampering.old, &tampering.new).await.is_err() {
            refused += 1;
            continue;
        }
        let found = faults(&scene.app).await;
        let marks = marks(table, &tampering, &codes);
        let is_named = |fault: &String| marks.iter().any(|mark| mark.iter().all(|word| names(fault, word)));
        assert!(
            found.iter().any(is_named),
            "number {done}: {}\nnames none of {marks:?}\n{:#?}",
            tampering.what,
            found.iter().take(10).collect::<Vec<_>>()
        );
        first += usize::from(found.first().is_some_and(is_named));
        let undone = table.replace(connection, &tampering.new, &tampering.old).await;
        undone.expect("it is undone");
        scene.app.verify().await;
        done += 1;
    }
    println!("{done} tamperings found, {first} of them by the first fault; {refused} refused by the database");
}

/// A tampering by chance, unless it would change nothing.
fn draw(dice: &mut Rng, engine: Engine, table: &Table, rows: &[Row]) -> Option<Tampering> {
    let row = dice.choice(rows)?;
    let (what, old, new) = match dice.u8(..10) {
        0..5 => {
            let place = dice.usize(..table.columns.len());
            let mut new = row.clone();
            let of_another = &dice.choice(rows)?[place];
            new[place] = other_value(dice, engine, &table.columns[place], &row[place], of_another);
            let what = format!("{} from {} to {}", table.columns[place].name, row[place], new[place]);
            (what, vec![row.clone()], vec![new])
        }
        5..7 => ("deletion".to_owned(), vec![row.clone()], Vec::new()),
        7 => {
            let mut new = row.clone();
            for (place, column) in table
                .columns
                .iter()
                .enumerate()
                .filter(|(_, column)| is_unique(table, column))
            {
                new[place] = fresh_value(dice, engine, column.sort, &row[place]);
            }
            ("insertion".to_owned(), Vec::new(), vec![new])
        }
        _ => {
            let other = dice.choice(rows)?;
            let (mut one, mut two) = (row.clone(), other.clone());
            let column = dice.choice(&table.columns)?;
            let all = dice.bool();
            for (place, known) in table.columns.iter().enumerate() {
                if (all && !known.is_key) || known.name == column.name {
                    std::mem::swap(&mut one[place], &mut two[place]);
                }
            }
            let what = if all { "whole rows" } else { column.name };
            (
                format!("swap of {what}"),
                vec![row.clone(), other.clone()],
                vec![one, two],
            )
        }
    };
    let sorted = |rows: &[Row]| {
        let mut rows = rows.to_vec();
        rows.sort();
        rows
    };
    let what = format!("{what} in {}\n{old:?}\n{new:?}", table.name);
    (sorted(&old) != sorted(&new)).then_some(Tampering { what, old, new })
}

/// Whether a copy of a row needs a value of its own.
fn is_unique(table: &Table, column: &Column) -> bool {
    let also: &[&str] = match table.name {
        "transfer" => &["seq", "reverses_id"],
        "account" => &["owner_id"],
        "award" => &["decision_id", "application_id"],
        "instalment" => &["number"],
        "fiscal_year" => &["year"],
        _ => &[],
    };
    column.is_key || also.contains(&column.name)
}

/// Another value for a column: that of another row, or one nearby.
fn other_value(dice: &mut Rng, engine: Engine, column: &Column, value: &str, of_another_row: &str) -> String {
    if value != of_another_row && dice.bool() {
        return of_another_row.to_owned();
    }
    if column.nullable && value != "NULL" && dice.bool() {
        return "NULL".to_owned();
    }
    match column.sort {
        Sort::Text if value.ends_with('\'') => format!("{}x'", &value[..value.len() - 1]),
        Sort::Text => "'x'".to_owned(),
        Sort::Integer => near(value, if dice.bool() { 1 } else { -1 }),
        Sort::Id | Sort::Date => fresh_value(dice, engine, column.sort, value),
    }
}

/// A value that probably no other row has.
fn fresh_value(dice: &mut Rng, engine: Engine, sort: Sort, value: &str) -> String {
    match sort {
        Sort::Id => {
            let id = Uuid::from_u128(dice.u128(..));
            match engine {
                Engine::Sqlite => format!("X'{}'", id.simple().to_string().to_uppercase()),
                Engine::Postgres => format!("'{id}'"),
            }
        }
        Sort::Integer => near(value, dice.i64(1..50)),
        Sort::Text => format!("'{}'", dice.u64(..)),
        Sort::Date => {
            let format = format_description!("[year]-[month]-[day]");
            let day = Date::parse(value.trim_matches('\''), format).expect("a day");
            let day = day + Duration::days(dice.i64(1..50));
            format!("'{}'", day.format(format).expect("a day"))
        }
    }
}

/// A number at some distance, written as it was.
fn near(value: &str, distance: i64) -> String {
    let plain = value.trim_matches('\'').parse().unwrap_or(0_i64);
    let near = plain + distance;
    if value.starts_with('\'') {
        format!("'{near}'")
    } else {
        near.to_string()
    }
}

/// What a fault must say to name the place: all the words of one of these.
fn marks(table: &Table, tampering: &Tampering, codes: &Codes) -> Vec<Vec<String>> {
    let mut marks = Vec::new();
    for row in tampering.old.iter().chain(&tampering.new) {
        let value = |column: &str| table.value(row, column);
        let mut mark = |words: &[&str]| marks.push(words.iter().map(|word| (*word).to_owned()).collect());
        match table.name {
            "transfer" => {
                let (seq, fund) = (value("seq"), value("fund_id"));
                mark(&[&format!("transfer {seq} of fund {fund}")]);
                mark(&[&format!("transfer {}", value("id")), "cannot be read"]);
                if let Some(code) = codes.get(&fund) {
                    mark(&[&format!("{code} transfer {seq}")]);
                    // What comes after it no longer follows, or the end of the journal is elsewhere.
                    let next = seq.parse::<i64>().expect("a number") + 1;
                    mark(&[&format!("{code} transfer {next}")]);
                    mark(&[&format!("{code} ledger_head"), &format!("transfer {seq}")]);
                }
            }
            "budget" => {
                mark(&["budget of", &value("node_id")]);
                mark(&["budget", &value("node_id"), "cannot be read"]);
            }
            "budget_entry" => mark(&[
                "budget_entry of",
                &value("node_id"),
                &format!("transfer {}", value("seq")),
            ]),
            "budget_day" => {
                mark(&["budget_day of", &value("node_id"), &value("effective_on")]);
                mark(&["budget_day", &value("node_id"), "cannot be read"]);
            }
            "ledger_head" => {
                let fund = value("fund_id");
                mark(&[&format!("ledger_head of {fund}")]);
                if let Some(code) = codes.get(&fund) {
                    mark(&[&format!("{code} ledger_head")]);
                }
            }
            _ => mark(&[&value("id")]),
        }
    }
    marks
}

async fn codes(connection: &DatabaseConnection) -> Codes {
    let funds = fund::Entity::find().all(connection).await.expect("the funds");
    funds.into_iter().map(|fund| (fund.id.to_string(), fund.code)).collect()
}

/// Whether a fault has a word; a number is not the beginning of a longer one.
fn names(fault: &str, word: &str) -> bool {
    let mut ends = fault.match_indices(word).map(|(start, word)| start + word.len());
    ends.any(|end| !fault[end..].starts_with(|next: char| next.is_ascii_digit()))
}
