//! The audit trail: no object changed, came to be or went without its event.
//!
//! The events of an object are not taken in the order of their identifiers: two servers whose clocks differ may have
//! written them. Each event says what the object was before and what it was after, and so continues exactly one other:
//! what is after one event, and not before another, is how the last one left the object.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::audit_event::{Column, Entity};
use entity::value::{AuditEventId, NodeKind};
use entity::{
    application, assessment, award, call, decision, fiscal_year, fund, instalment, payment_request, programme, recovery,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::Result;
use crate::fund::ledger::verify::{BATCH, Check, rows};

/// How much of a row its audit events tell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Every column, at every change.
    Whole,
    /// Where it stands. Its texts may have been written with what belongs to it, or not, and it counts what happens to
    /// it beside.
    Status,
}

/// Compares the rows of a table with how their last audit events left them.
macro_rules! check_table {
    ($check:expr, $kind:ident, $table:ident, $told:expr) => {{
        let mut after = Uuid::nil();
        loop {
            let page = $table::Entity::find()
                .filter($table::Column::Id.gt(after))
                .order_by_asc($table::Column::Id);
            let batch = rows::batch($check, page).await?;
            let Some(last) = batch.rows.last() else { break };
            after = last.id.into();
            let rows = batch
                .rows
                .iter()
                .map(|row| Ok((row.id.into(), serde_json::to_value(row)?)));
            let rows = rows.collect::<Result<Vec<(Uuid, Value)>>>()?;
            compare($check, NodeKind::$kind, $told, &rows).await?;
            if batch.is_last {
                break;
            }
        }
    }};
}

/// Checks that the last audit event of each object tells what it is, and that each object that was made is there.
pub(super) async fn check(check: &mut Check<'_>) -> Result<()> {
    check_table!(check, Fund, fund, Told::Whole);
    check_table!(check, Programme, programme, Told::Whole);
    check_table!(check, Call, call, Told::Status);
    check_table!(check, Application, application, Told::Status);
    check_table!(check, Assessment, assessment, Told::Status);
    check_table!(check, Decision, decision, Told::Whole);
    check_table!(check, Award, award, Told::Whole);
    check_table!(check, Instalment, instalment, Told::Whole);
    check_table!(check, PaymentRequest, payment_request, Told::Whole);
    check_table!(check, Recovery, recovery, Told::Whole);
    check_table!(check, FiscalYear, fiscal_year, Told::Whole);
    check_made(check).await
}

async fn compare(check: &mut Check<'_>, kind: NodeKind, told: Told, rows: &[(Uuid, Value)]) -> Result<()> {
    let mut trails = trails(check, told, rows).await?;
    for (id, row) in rows {
        let place = format!("{kind} {id}");
        let Some(last) = trails.remove(id).unwrap_or_default().last(told) else {
            check.fault(
                place,
                "its audit events do not lead to one another, from its making to what it is",
            );
            continue;
        };
        for (column, told) in &last {
            let stored = row.get(column);
            if stored.is_some_and(|stored| stored != told) {
                let stored = stored.and_then(Value::as_str).map(str::to_owned);
                let stored = stored
                    .or_else(|| row.get(column).map(Value::to_string))
                    .unwrap_or_default();
                check.fault(&place, format!("its {column} is {stored} and no audit event says so"));
            }
        }
    }
    check.report.objects += u64::try_from(rows.len()).unwrap_or_default();
    Ok(())
}

/// The trails of some objects. An object may have any number of events: what cancels out is not kept.
async fn trails(check: &mut Check<'_>, told: Told, rows: &[(Uuid, Value)]) -> Result<HashMap<Uuid, Trail>> {
    let mut trails: HashMap<Uuid, Trail> = HashMap::with_capacity(rows.len());
    let mut after = None;
    loop {
        let mut page = Entity::find().filter(Column::SubjectId.is_in(rows.iter().map(|(id, _)| *id)));
        if let Some((subject, id)) = after {
            let key = Expr::tuple([Column::SubjectId, Column::Id].map(Expr::col));
            page = page.filter(key.gt(Expr::tuple([Expr::value(subject), Expr::value(id)])));
        }
        let page: Vec<(Uuid, AuditEventId, Option<String>, String)> = page
            .order_by_asc(Column::SubjectId)
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .select_only()
            .columns([Column::SubjectId, Column::Id, Column::Before, Column::After])
            .into_tuple()
            .all(check.snapshot)
            .await?;
        let count = check.read(page.len());
        let Some((subject, id, ..)) = page.last() else {
            return Ok(trails);
        };
        after = Some((*subject, *id));
        for (subject, _, before, after) in page {
            trails.entry(subject).or_default().add(told, before, after);
        }
        if count < BATCH {
            return Ok(trails);
        }
    }
}

/// The texts of an object's events: how often each is after an event, less how often it is before one.
#[derive(Debug, Default)]
struct Trail(HashMap<String, i64>);

impl Trail {
    fn add(&mut self, told: Told, before: Option<String>, after: String) {
        if before.as_ref() == Some(&after) {
            return;
        }
        let text = |text: String| match told {
            Told::Whole => text,
            Told::Status => status(&text),
        };
        if let Some(before) = before {
            self.count(text(before), -1);
        }
        self.count(text(after), 1);
    }

    fn count(&mut self, text: String, times: i64) {
        let count = self.0.entry(text).or_default();
        *count += times;
        if *count == 0 {
            self.0.retain(|_, count| *count != 0);
        }
    }

    /// How the last event left the object, column by column; `None` when no event is the last.
    fn last(self, told: Told) -> Option<Map<String, Value>> {
        if told == Told::Status {
            let status = Value::String(self.only()?);
            return Some(Map::from_iter([("status".to_owned(), status)]));
        }
        let fields = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
        if self.0.len() == 1 {
            return fields(&self.only()?);
        }
        // An event of an earlier release lacks the columns that came after it: only those that all of them know can
        // show which continues which.
        let texts: Option<Vec<_>> = self
            .0
            .into_iter()
            .map(|(text, count)| Some((fields(&text)?, count)))
            .collect();
        let texts = texts?;
        let columns = texts.iter().map(|(fields, _)| fields.keys().collect::<BTreeSet<_>>());
        let known = columns.reduce(|some, others| some.intersection(&others).copied().collect())?;
        let mut common = Self::default();
        for (fields, count) in &texts {
            let fields: BTreeMap<_, _> = fields.iter().filter(|(column, _)| known.contains(column)).collect();
            common.count(serde_json::to_string(&fields).ok()?, *count);
        }
        fields(&common.only()?)
    }

    /// The one text that is after one event more than before, if there is only one.
    fn only(self) -> Option<String> {
        let mut texts = self.0.into_iter();
        let (text, count) = texts.next()?;
        (count == 1 && texts.next().is_none()).then_some(text)
    }
}

fn status(text: &str) -> String {
    /// The rest is skipped: a text may be long.
    #[derive(Deserialize)]
    struct Standing {
        status: String,
    }
    serde_json::from_str::<Standing>(text).map_or_else(|_| "nowhere".to_owned(), |found| found.status)
}

/// Finds the rows of a table that are there among some identifiers.
macro_rules! find {
    ($check:expr, $table:ident, $ids:expr) => {
        $table::Entity::find()
            .filter($table::Column::Id.is_in($ids.iter().copied()))
            .select_only()
            .column($table::Column::Id)
            .into_tuple::<Uuid>()
            .all($check.snapshot)
            .await?
    };
}

/// Every object that an audit event says was made is there: none of them is ever deleted.
async fn check_made(check: &mut Check<'_>) -> Result<()> {
    let mut after = AuditEventId(Uuid::nil());
    loop {
        let made: Vec<(AuditEventId, NodeKind, Uuid)> = Entity::find()
            .filter(Column::Before.is_null())
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .select_only()
            .columns([Column::Id, Column::SubjectKind, Column::SubjectId])
            .into_tuple()
            .all(check.snapshot)
            .await?;
        let Some((last, ..)) = made.last() else { return Ok(()) };
        after = *last;
        let mut by_kind: BTreeMap<NodeKind, Vec<Uuid>> = BTreeMap::new();
        for (_, kind, id) in made {
            by_kind.entry(kind).or_default().push(id);
        }
        for (kind, ids) in by_kind {
            let found = match kind {
                NodeKind::Fund => find!(check, fund, ids),
                NodeKind::Programme => find!(check, programme, ids),
                NodeKind::Call => find!(check, call, ids),
                NodeKind::Application => find!(check, application, ids),
                NodeKind::Assessment => find!(check, assessment, ids),
                NodeKind::Decision => find!(check, decision, ids),
                NodeKind::Award => find!(check, award, ids),
                NodeKind::Instalment => find!(check, instalment, ids),
                NodeKind::PaymentRequest => find!(check, payment_request, ids),
                NodeKind::Recovery => find!(check, recovery, ids),
                NodeKind::FiscalYear => find!(check, fiscal_year, ids),
                _ => continue,
            };
            let found: HashSet<Uuid> = found.into_iter().collect();
            for id in ids.iter().filter(|id| !found.contains(id)) {
                check.fault(format_args!("{kind} {id}"), "it was made, and is not there any more");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(told: Told, events: &[(Option<&str>, &str)]) -> Option<Map<String, Value>> {
        let mut trail = Trail::default();
        for (before, after) in events {
            trail.add(told, before.map(str::to_owned), (*after).to_owned());
        }
        trail.last(told)
    }

    fn status_of(last: Option<Map<String, Value>>) -> Option<String> {
        Some(last?.get("status")?.as_str()?.to_owned())
    }

    const A: &str = r#"{"status":"A","amount_minor":1}"#;
    const B: &str = r#"{"status":"B","amount_minor":1}"#;
    const C: &str = r#"{"status":"C","amount_minor":2}"#;

    #[test]
    fn the_last_event_is_the_one_that_no_other_continues_whatever_their_order() {
        for told in [Told::Whole, Told::Status] {
            for events in [
                [(None, A), (Some(A), B), (Some(B), C)],
                [(Some(B), C), (Some(A), B), (None, A)],
                [(Some(A), B), (None, A), (Some(B), C)],
            ] {
                assert_eq!(status_of(trail(told, &events)).as_deref(), Some("C"));
            }
            let back = [(Some(B), A), (None, A), (Some(A), B), (Some(A), A)];
            assert_eq!(status_of(trail(told, &back)).as_deref(), Some("A"));
        }
    }

    #[test]
    fn events_that_do_not_continue_one_another_have_no_last_one() {
        for told in [Told::Whole, Told::Status] {
            assert_eq!(trail(told, &[]), None);
            assert_eq!(trail(told, &[(None, A), (Some(B), C)]), None, "one is missing");
            assert_eq!(trail(told, &[(None, A), (None, B)]), None, "it was made twice");
            assert_eq!(trail(told, &[(Some(A), A)]), None, "it was never made");
        }
    }

    #[test]
    fn an_event_of_an_earlier_release_may_lack_a_column() {
        const NEWER_A: &str = r#"{"status":"A","amount_minor":1,"decommitted_minor":0}"#;
        const NEWER_B: &str = r#"{"status":"B","amount_minor":1,"decommitted_minor":0}"#;
        let upgraded = trail(Told::Whole, &[(None, A), (Some(NEWER_A), NEWER_B)]);
        assert_eq!(status_of(upgraded).as_deref(), Some("B"));
    }
}
