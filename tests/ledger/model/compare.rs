//! Everything that the database holds, against the auditor's books.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use entity::value::{AccountId, Decommitment, TransferId};
use entity::{
    account, award, budget, budget_day, decision, fiscal_year, fund, instalment, ledger_head, payment_request,
    recovery, transfer,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::auditor::{Account, Figures, Node};
use super::operation::{Key, Policy};
use super::perform::key;
use super::world::World;

/// Lines of a journal read at a time.
const BATCH: u64 = 5_000;

/// What was found to be the same.
#[derive(Default)]
pub struct Compared {
    /// The place of each transfer in its journal.
    places: HashMap<TransferId, i64>,
    /// How far each journal was read.
    read: BTreeMap<usize, i64>,
}

/// What is not the same.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check<T: PartialEq + Debug>(&mut self, what: impl FnOnce() -> String, expected: &T, came: &T) {
        if expected != came {
            self.0.push(format!("{}: expected {expected:?}, came {came:?}", what()));
        }
    }
}

impl World {
    /// Compares everything, past instants included; panics with what is not the same.
    pub async fn compare(&mut self) {
        let mut differences = Differences::default();
        let accounts = self.compare_accounts(&mut differences).await;
        self.compare_journals(&accounts, &mut differences).await;
        self.compare_budgets(&mut differences).await;
        self.compare_funds(&mut differences).await;
        self.compare_awards(&mut differences).await;
        self.compare_payments(&mut differences).await;
        differences.0.extend(self.forgotten().await);
        differences.0.truncate(20);
        let number = self.report.operations();
        assert!(
            differences.0.is_empty(),
            "after operation {number}:\n{}",
            differences.0.join("\n")
        );
    }

    async fn compare_accounts(&self, differences: &mut Differences) -> HashMap<AccountId, Account> {
        let mut expected: HashMap<&Account, _> = self.auditor.ledger.accounts().collect();
        let rows = account::Entity::find().all(&self.connection).await.expect("accounts");
        let mut accounts = HashMap::with_capacity(rows.len());
        for row in rows {
            let account = Account {
                book: row.book,
                kind: row.kind,
                owner: self.ids.node(row.owner_id).expect("an owner"),
                year: row.fiscal_year,
            };
            let came = Some((row.debits_minor, row.credits_minor, row.version));
            let sums = expected
                .remove(&account)
                .map(|sums| (sums.debits, sums.credits, sums.touched));
            differences.check(|| format!("{account:?}"), &sums, &came);
            accounts.insert(row.id, account);
        }
        differences.check(|| "accounts that are missing".to_owned(), &HashMap::new(), &expected);
        accounts
    }

    /// Reads what was written since it was read last.
    async fn compare_journals(&mut self, accounts: &HashMap<AccountId, Account>, differences: &mut Differences) {
        for fund in 0..self.auditor.funds.len() {
            loop {
                let read = self.compared.read.get(&fund).copied().unwrap_or_default();
                let rows = transfer::Entity::find()
                    .filter(transfer::Column::FundId.eq(self.ids.fund(fund)))
                    .filter(transfer::Column::Seq.gt(read))
                    .order_by_asc(transfer::Column::Seq)
                    .limit(BATCH)
                    .all(&self.connection)
                    .await
                    .expect("a journal");
                let Some(last) = rows.last() else { break };
                self.compared.read.insert(fund, last.seq);
                for row in &rows {
                    self.compared.places.insert(row.id, row.seq);
                    self.compare_line(fund, row, accounts, differences);
                }
            }
            let head = ledger_head::Entity::find_by_id(self.ids.fund(fund));
            let head = head.one(&self.connection).await.expect("a journal").expect("its end");
            let what = || format!("the end of the journal of fund {fund}");
            differences.check(what, &self.auditor.ledger.end(fund), &head.seq);
        }
    }

    fn compare_line(
        &self,
        fund: usize,
        row: &transfer::Model,
        accounts: &HashMap<AccountId, Account>,
        differences: &mut Differences,
    ) {
        let expected = self.auditor.ledger.line(fund, row.seq).map(|line| {
            let posting = &line.posting;
            let accounts = (Some(&posting.from), Some(&posting.to));
            let amounts = (posting.minor, posting.from_balance, posting.to_balance);
            let who = self.ids.people[line.who].user_id();
            (
                posting.kind,
                accounts,
                amounts,
                posting.reverses,
                line.day,
                who,
                Some(key(Key::Number(line.key))),
            )
        });
        let sides = (
            accounts.get(&row.debit_account_id),
            accounts.get(&row.credit_account_id),
        );
        let amounts = (row.amount_minor, row.debit_balance_minor, row.credit_balance_minor);
        let reverses = row
            .reverses_id
            .map(|id| self.compared.places.get(&id).copied().unwrap_or(0));
        let came = (
            row.kind,
            sides,
            amounts,
            reverses,
            row.effective_on,
            row.actor_id,
            row.idempotency_key.clone(),
        );
        differences.check(
            || format!("transfer {} of fund {fund}", row.seq),
            &expected,
            &Some(came),
        );
    }

    async fn compare_budgets(&self, differences: &mut Differences) {
        let mut expected = self.auditor.budgets();
        for row in budget::Entity::find().all(&self.connection).await.expect("budgets") {
            let came = Figures([
                row.envelope_minor,
                row.programme_minor,
                row.call_minor,
                row.reserved_minor,
                row.award_minor,
                row.ordered_minor,
                row.paid_minor,
                row.recoverable_minor,
                row.recovered_minor,
                row.lapsed_minor,
            ]);
            let node = self.ids.node(row.node_id).expect("a node");
            differences.check(|| format!("budget of {node:?}"), &expected.remove(&node), &Some(came));
        }
        differences.check(|| "budgets that are missing".to_owned(), &BTreeMap::new(), &expected);
    }

    /// Compares what every day has changed; panics with what is not the same.
    pub async fn compare_days(&self) {
        let mut differences = Differences::default();
        let rows = budget_day::Entity::find().all(&self.connection).await.expect("days");
        differences.check(|| "days".to_owned(), &self.auditor.ledger.days().len(), &rows.len());
        for row in rows {
            let came = Figures([
                row.envelope_minor,
                row.programme_minor,
                row.call_minor,
                row.reserved_minor,
                row.award_minor,
                row.ordered_minor,
                row.paid_minor,
                row.recoverable_minor,
                row.recovered_minor,
                row.lapsed_minor,
            ]);
            let node = self.ids.node(row.node_id).expect("a node");
            let expected = self.auditor.ledger.days().get(&(node, row.effective_on));
            differences.check(|| format!("{node:?} on {}", row.effective_on), &expected, &Some(&came));
        }
        assert!(differences.0.is_empty(), "{:#?}", differences.0);
    }

    async fn compare_funds(&self, differences: &mut Differences) {
        for row in fund::Entity::find().all(&self.connection).await.expect("funds") {
            let Some(Node::Fund(number)) = self.ids.node(row.id.0) else {
                panic!("an unknown fund")
            };
            let expected = &self.auditor.funds[number];
            let policy = Policy {
                credits: row.enforces_payment_credits,
                lapses: row.decommitment == Decommitment::Lapses,
                reinstates: row.reinstates_recoveries,
            };
            let came = (row.status, policy);
            differences.check(|| format!("fund {number}"), &(expected.status, expected.policy), &came);
        }
        let mut expected = self.auditor.years.clone();
        for row in fiscal_year::Entity::find().all(&self.connection).await.expect("years") {
            let Some(Node::Fund(fund)) = self.ids.node(row.fund_id.0) else {
                panic!("an unknown fund")
            };
            let year = (fund, row.year);
            differences.check(|| format!("year {year:?}"), &expected.remove(&year), &Some(row.status));
        }
        differences.check(|| "years that are missing".to_owned(), &BTreeMap::new(), &expected);
        let rows = decision::Entity::find().all(&self.connection).await.expect("decisions");
        let rows: HashMap<Uuid, _> = rows.into_iter().map(|row| (row.id.0, row.status)).collect();
        for number in 0..self.auditor.decisions.len() {
            let came = rows.get(&self.ids.decision(number).0).copied();
            let expected = Some(self.auditor.decisions.status(number));
            differences.check(|| format!("decision {number}"), &expected, &came);
        }
    }

    async fn compare_awards(&self, differences: &mut Differences) {
        let rows = award::Entity::find().all(&self.connection).await.expect("awards");
        differences.check(|| "awards".to_owned(), &self.auditor.awards.len(), &rows.len());
        for row in rows {
            let Some(Node::Award(number)) = self.ids.node(row.id.0) else {
                panic!("an unknown award")
            };
            let award = self.auditor.awards.item(number);
            let expected = (self.auditor.awards.status(number), award.minor, award.decommitted);
            let came = (row.status, row.amount_minor, row.decommitted_minor);
            differences.check(|| format!("award {number}"), &expected, &came);
        }
        let rows = instalment::Entity::find()
            .all(&self.connection)
            .await
            .expect("instalments");
        differences.check(
            || "instalments".to_owned(),
            &self.auditor.instalments.len(),
            &rows.len(),
        );
        let rows: HashMap<Uuid, _> = rows
            .into_iter()
            .map(|row| (row.id.0, (row.status, row.amount_minor)))
            .collect();
        for number in 0..self.auditor.instalments.len() {
            let minor = self.auditor.instalments.item(number).minor;
            let came = rows.get(&self.ids.instalment(number).0).copied();
            let expected = Some((self.auditor.instalments.status(number), minor));
            differences.check(|| format!("instalment {number}"), &expected, &came);
        }
    }

    async fn compare_payments(&self, differences: &mut Differences) {
        let rows = payment_request::Entity::find()
            .all(&self.connection)
            .await
            .expect("requests");
        differences.check(|| "requests".to_owned(), &self.auditor.requests.len(), &rows.len());
        let rows: HashMap<Uuid, _> = rows.into_iter().map(|row| (row.id.0, row)).collect();
        for number in 0..self.auditor.requests.len() {
            let request = self.auditor.requests.item(number);
            let people = [Some(request.submitted_by), request.certified_by, request.approved_by];
            let people = people.map(|person| person.and_then(|person| self.ids.people[person].user_id()));
            let expected = (self.auditor.requests.status(number), request.minor, people);
            let came = rows.get(&self.ids.request(number).0).map(|row| {
                let people = [Some(row.submitted_by), row.certified_by, row.approved_by];
                (row.status, row.amount_minor, people)
            });
            differences.check(|| format!("request {number}"), &Some(expected), &came);
        }
        let rows = recovery::Entity::find()
            .all(&self.connection)
            .await
            .expect("recoveries");
        differences.check(|| "recoveries".to_owned(), &self.auditor.recoveries.len(), &rows.len());
        let rows: HashMap<Uuid, _> = rows.into_iter().map(|row| (row.id.0, row)).collect();
        for number in 0..self.auditor.recoveries.len() {
            let recovery = self.auditor.recoveries.item(number);
            let expected = (
                self.auditor.recoveries.status(number),
                recovery.minor,
                recovery.reinstated,
            );
            let row = rows.get(&self.ids.recovery(number).0);
            let came = row.map(|row| (row.status, row.amount_minor, row.reinstated_at.is_some()));
            differences.check(|| format!("recovery {number}"), &Some(expected), &came);
        }
    }
}
