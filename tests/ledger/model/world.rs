//! A database, the auditor of it, and chance.

use std::collections::HashMap;

use domain::{Actor, Database};
use entity::value::{AccountKind, AwardId, DecisionStatus, FundStatus, PaymentRequestId, RecoveryId, TransferId};
use entity::{instalment, transfer};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use time::{
    Duration, OffsetDateTime, Time,
    macros::{datetime, time},
};

use super::answer::Answer;
use super::auditor::{Account, Auditor, Expected, Node, Plan};
use super::compare::Compared;
use super::draw::Draw;
use super::figures::Report;
use super::ids::Ids;
use super::operation::{Key, Operation, What};
use super::perform::Clerk;
use super::remember::Memory;
use super::stage;
use crate::harness::TestApp;

/// When it all begins.
const START: OffsetDateTime = datetime!(2026-02-01 12:00 UTC);
/// Times of the day at which days, and years, differ from one zone to another.
const TIMES: [Time; 4] = [time!(02:00), time!(12:00), time!(21:30), time!(22:50)];
/// Funds that are not closed yet.
const FUNDS: usize = 3;
/// Decisions that can be adopted.
const SUPPLY: usize = 8;
/// Operations between one call and the next.
const PACE: u64 = 60;

pub struct World {
    pub app: TestApp,
    pub database: Database,
    /// For reading tables as they are.
    pub connection: DatabaseConnection,
    pub admin: Actor,
    pub ids: Ids,
    pub auditor: Auditor,
    pub draw: Draw,
    pub report: Report,
    pub memory: Memory,
    pub compared: Compared,
    /// How many operations there had been when a call came last.
    last_call: u64,
    /// What was answered under each key, for its replays.
    values: HashMap<(usize, Key), Value>,
}

impl World {
    pub async fn new(app: TestApp, title: &'static str, dice: fastrand::Rng) -> Self {
        app.clock.set(START);
        let database = app.database.clone();
        let mut world = Self {
            connection: app.storage.connection().await,
            admin: stage::administrator(&database).await,
            database,
            ids: Ids::default(),
            auditor: Auditor::new(START, stage::people()),
            draw: Draw::new(dice),
            report: Report::new(title),
            memory: Memory::default(),
            compared: Compared::default(),
            last_call: 0,
            values: HashMap::new(),
            app,
        };
        world.bring_people().await;
        world
    }

    pub const fn clerk(&self) -> Clerk<'_> {
        Clerk {
            world: self,
            database: &self.database,
        }
    }

    /// Opens the first funds; the others wait for chance to do it.
    pub async fn open_funds(&mut self, count: usize) {
        for fund in 0..count {
            let operation = self.draw.opening(&self.auditor, fund);
            self.step(&operation).await;
        }
    }

    /// Asks for an operation, and compares the answer with the auditor's.
    pub async fn step(&mut self, operation: &Operation) {
        let (expected, plan) = self.auditor.expect(operation);
        let answer = self.clerk().perform(operation).await;
        self.report.count(operation, &expected);
        if !self.agrees(operation, &expected, &answer) {
            let number = self.report.operations();
            panic!("operation {number}: {operation:#?}\nthe auditor expects {expected:#?}\nand came {answer:#?}");
        }
        self.take(operation, &expected, plan, &answer).await;
    }

    /// Takes note of an answer that was the expected one.
    pub async fn take(&mut self, operation: &Operation, expected: &Expected, plan: Plan, answer: &Answer) {
        if let Some(value) = &answer.value
            && operation.what.takes_key()
            && !operation.preview
        {
            let first = self
                .values
                .entry((operation.who, operation.key))
                .or_insert_with(|| value.clone());
            let same = !expected.replayed || first == value;
            assert!(same, "{operation:#?} was answered {first} and is now answered {value}");
        }
        if expected.codes.is_empty() && !expected.replayed && !operation.preview {
            self.learn(operation, answer).await;
        }
        self.auditor.settle(operation, expected, plan);
    }

    /// The identifiers of what an operation made.
    async fn learn(&mut self, operation: &Operation, answer: &Answer) {
        match &operation.what {
            What::Adopt { .. } => {
                let made = answer.postings.iter().map(|posting| AwardId(posting.credit.owner_id));
                made.for_each(|award| self.ids.add_award(award));
            }
            What::Sign(award, _) => {
                let scheduled = instalment::Entity::find()
                    .filter(instalment::Column::AwardId.eq(self.ids.award(*award)))
                    .order_by_asc(instalment::Column::Number)
                    .all(&self.connection)
                    .await
                    .expect("instalments");
                self.ids
                    .instalments
                    .extend(scheduled.iter().map(|instalment| instalment.id));
            }
            What::Request(..) => self.ids.requests.push(PaymentRequestId(answer.id())),
            What::IssueRecovery(..) => self.ids.recoveries.push(RecoveryId(answer.id())),
            _ => {}
        }
    }

    /// The transfer at a place of a journal.
    pub async fn transfer(&self, fund: usize, place: i64) -> Option<TransferId> {
        let found = transfer::Entity::find()
            .filter(transfer::Column::FundId.eq(self.ids.fund(fund)))
            .filter(transfer::Column::Seq.eq(place))
            .select_only()
            .column(transfer::Column::Id)
            .into_tuple();
        found.one(&self.connection).await.expect("the journal")
    }

    /// What happens between operations: time passes, funds are founded, calls bring decisions.
    pub async fn live(&mut self) {
        // The day must not end between what the auditor expects and what the program does.
        let late = self.database.clock().now().utc() - self.auditor.now > Duration::minutes(30);
        if late || self.draw.happens(1, 120) {
            self.pass_time();
        }
        let open = |status: &FundStatus| *status != FundStatus::Closed;
        let funds = self.auditor.funds.iter().filter(|fund| open(&fund.status));
        if funds.count() < FUNDS {
            self.add_fund_with_programmes().await;
        }
        let since = self.report.operations() - self.last_call;
        if since >= PACE
            && self.adoptable() < SUPPLY
            && let Some(programme) = self.active_programme()
        {
            self.last_call = self.report.operations();
            self.add_call_with_decisions(programme).await;
        }
        if self.draw.happens(1, 200) {
            self.remember();
        }
    }

    /// How many decisions the chair could adopt.
    fn adoptable(&self) -> usize {
        let waiting = self.auditor.decisions.at(DecisionStatus::Proposed).iter();
        let adoptable = waiting.filter(|number| {
            let decision = self.auditor.decisions.item(**number);
            let left = Account::commitment(AccountKind::Call, Node::Call(decision.call));
            let covered = decision.minor <= self.auditor.ledger.balance(&left);
            covered && !decision.withdrawn && self.is_active(self.auditor.fund_of_call(decision.call))
        });
        adoptable.count()
    }

    fn is_active(&self, fund: usize) -> bool {
        self.auditor.funds[fund].status == FundStatus::Active
    }

    fn active_programme(&mut self) -> Option<usize> {
        let programmes = 0..self.auditor.programmes.len();
        let active: Vec<usize> = programmes
            .filter(|programme| self.is_active(self.auditor.programmes[*programme].fund))
            .collect();
        self.draw.one(&active)
    }

    /// Some days later, at one of [`TIMES`].
    fn pass_time(&mut self) {
        let days = self.draw.number(0..=24);
        let time = TIMES[usize::try_from(self.draw.number(0..=3)).expect("a time of the day")];
        let mut to = (self.auditor.now + Duration::days(days)).replace_time(time);
        while to <= self.database.clock().now().utc() {
            to += Duration::days(1);
        }
        self.app.clock.set(to);
        self.auditor.now = to;
    }
}
