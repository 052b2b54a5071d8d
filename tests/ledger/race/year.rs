//! The end of a fiscal year: what was ordered before counts for it, and nothing is ordered after.

use std::collections::BTreeMap;

use domain::Clock;
use domain::fund::commands::{OpenPaymentCredits, SetFundPolicy};
use entity::value::{AccountKind, Book, Decommitment, InstalmentId, PaymentRequestId};
use entity::{account, audit_event, fiscal_year};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use time::{Date, Month};
use uuid::Uuid;

use super::track::{AT_ONCE, Entry, Round, Track, expected, outcomes, winners};
use super::venue::{Cast, Venue, global, local, order, orders};
use crate::flows::stage::fresh_key;
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    a_payment_is_ordered_before_its_year_is_closed_or_not_at_all,
    the_last_euro_of_payment_credits_pays_one_of_four_payments,
];

/// Two payments of one euro, each ordered twelve times, for the last euro of a year's credits; and eight who close the
/// year.
async fn a_payment_is_ordered_before_its_year_is_closed_or_not_at_all(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let mut ordered = 0;
    // Where the test moves the clock, every round has a year of its own.
    let mut credits = Credits::open(&cast, 2).await;
    for (round, year) in track.in_this_process().iter().zip(2019..) {
        let noon = Date::from_calendar_date(year, Month::June, 15)
            .expect("a day")
            .midnight();
        app.clock.set(noon.assume_utc());
        credits.open_year(year).await;
        if let Some(payment) = end_year(round, &credits, year).await {
            credits.settle(payment).await;
            ordered += 1;
        }
    }
    // Two processes have the year that it is, and so every round has a fund of its own.
    let year = Clock::system().today().year();
    let rounds = track.in_two_processes();
    for round in &rounds {
        let credits = Credits::open(&cast, 2).await;
        credits.open_year(year).await;
        ordered += usize::from(end_year(round, &credits, year).await.is_some());
    }
    let all = track.rounds().len();
    assert!(0 < ordered && ordered < all, "one side never won: {ordered} of {all}");
    track.finish().await;
}

async fn the_last_euro_of_payment_credits_pays_one_of_four_payments(app: TestApp) {
    let (cast, track) = (Cast::of(&app).await, Track::of(&app).await);
    let mut credits = Credits::open(&cast, 4).await;
    let year = app.clock.today().year();
    for round in &track.in_this_process() {
        pay_last(round, &mut credits, year).await;
    }
    let year = Clock::system().today().year();
    for round in &track.in_two_processes() {
        pay_last(round, &mut credits, year).await;
    }
    track.finish().await;
}

/// One euro of credits, and four payments that need it.
async fn pay_last(round: &Round<'_>, credits: &mut Credits<'_>, year: i32) {
    credits.open_year(year).await;
    let cast = credits.venue.cast;
    let finishes = round.race(orders(&cast.treasurer, &credits.payments, AT_ONCE)).await;
    let refused = expected([("OK", 1), ("INSUFFICIENT_FUNDS", 24), ("INVALID_STATE", 7)]);
    assert_eq!(outcomes(&finishes), refused, "{round}");
    let (winner, _) = winners(&finishes)[0];
    credits.settle(local(&text(&winner.input["paymentRequestId"]))).await;
}

/// Has the end of a year and orders of its last credits meet; answers with the payment that was ordered, if one was.
async fn end_year(round: &Round<'_>, credits: &Credits<'_>, year: i32) -> Option<PaymentRequestId> {
    let (cast, venue) = (credits.venue.cast, &credits.venue);
    let mut entries = orders(&cast.treasurer, &credits.payments, 24);
    entries.extend((0..8).map(|_| {
        let input = json!({ "fundId": global(venue.fund), "fiscalYear": year, "idempotencyKey": fresh_key() });
        Entry::new(&cast.finance.persona, "closeFiscalYear", input)
    }));
    let finishes = round.race(entries).await;
    let (closes, orders_sent): (Vec<_>, Vec<_>) = finishes
        .into_iter()
        .partition(|finish| finish.entry.name == "closeFiscalYear");
    let counted = outcomes(&closes);
    assert_eq!(counted, expected([("OK", 1), ("INVALID_STATE", 7)]), "{round}");
    let counted = outcomes(&orders_sent);
    let refusals = ["INSUFFICIENT_FUNDS", "INVALID_STATE", "OK"];
    let typed = counted.keys().all(|outcome| refusals.contains(&outcome.as_str()));
    assert!(
        typed && counted.get("OK").is_none_or(|count| *count == 1),
        "{round}: {counted:?}"
    );

    let late = round.race(orders(&cast.treasurer, &credits.payments, 2)).await;
    assert_eq!(outcomes(&late), expected([("INVALID_STATE", 2)]), "{round}");
    let ordered = winners(&orders_sent)
        .first()
        .map(|(entry, _)| local(&text(&entry.input["paymentRequestId"])));
    credits
        .check_balances(year, if ordered.is_some() { 100 } else { 0 })
        .await;
    credits.check_journal(round, year, ordered).await;
    ordered
}

/// A fund that enforces payment credits, and payments of one euro that await their order.
struct Credits<'a> {
    venue: Venue<'a>,
    instalments: Vec<InstalmentId>,
    /// One on each instalment.
    payments: Vec<PaymentRequestId>,
}

impl<'a> Credits<'a> {
    async fn open(cast: &'a Cast<'a>, payments: usize) -> Self {
        let amount = format!("{payments}000.00");
        let mut venue = cast.venue(1, &amount).await;
        let policy = SetFundPolicy {
            fund_id: venue.fund,
            enforces_payment_credits: true,
            decommitment: Decommitment::ReturnsToCall,
            reinstates_recoveries: false,
            idempotency_key: fresh_key(),
        };
        cast.has(&cast.finance, policy).await;
        venue.endow(&amount).await;
        let (_, instalments) = venue.award(&vec!["1000.00"; payments]).await;
        Self {
            payments: venue.all_approved(&instalments, "1.00").await,
            instalments,
            venue,
        }
    }

    /// Gives the programme one euro of credits for a year.
    async fn open_year(&self, fiscal_year: i32) {
        let credits = OpenPaymentCredits {
            programme_id: self.venue.programme,
            fiscal_year,
            order: order("1.00"),
        };
        self.venue.cast.has(&self.venue.cast.finance, credits).await;
    }

    /// Confirms a payment that was ordered, and has another one of its instalment await its order.
    async fn settle(&mut self, ordered: PaymentRequestId) {
        self.venue.confirm(ordered).await;
        let place = self
            .payments
            .iter()
            .position(|payment| *payment == ordered)
            .expect("a payment");
        self.payments[place] = self.venue.approved(self.instalments[place], "1.00").await;
    }

    /// Of the credits of a year, one euro, so many cents are consumed, and the others are there.
    async fn check_balances(&self, year: i32, consumed: i64) {
        let accounts = account::Entity::find()
            .filter(account::Column::FundId.eq(self.venue.fund))
            .filter(account::Column::Book.eq(Book::Cp))
            .filter(account::Column::FiscalYear.eq(year))
            .all(&self.venue.cast.rows)
            .await;
        let accounts = accounts.expect("accounts").into_iter();
        let balances: BTreeMap<String, i64> = accounts
            .map(|account| (account.kind.to_string(), account.credits_minor - account.debits_minor))
            .collect();
        let balance = |kind: AccountKind| balances.get(kind.as_str()).copied().unwrap_or_default();
        let found = [AccountKind::Source, AccountKind::Programme, AccountKind::Consumed].map(balance);
        assert_eq!(found, [-100, 100 - consumed, consumed]);
    }

    /// The journal of what was done tells the order of the payment, if there was one, before the end of the year.
    async fn check_journal(&self, round: &Round<'_>, year: i32, ordered: Option<PaymentRequestId>) {
        let rows = &self.venue.cast.rows;
        let of_year = fiscal_year::Entity::find()
            .filter(fiscal_year::Column::FundId.eq(self.venue.fund))
            .filter(fiscal_year::Column::Year.eq(year))
            .one(rows)
            .await;
        let of_year = of_year.expect("an answer").expect("a fiscal year");
        let subjects = ordered.iter().map(|payment| payment.0).chain([of_year.id.0]);
        let done = audit_event::Entity::find()
            .filter(audit_event::Column::SubjectId.is_in(subjects))
            .filter(audit_event::Column::Action.is_in(["payment_request.order", "fiscal_year.close"]))
            .all(rows)
            .await;
        let mut done: Vec<_> = done
            .expect("events")
            .into_iter()
            .map(|event| (millisecond(event.id.0), event.action))
            .collect();
        // In the same millisecond, the order is taken to come first: two processes do not count on from each other.
        done.sort_by(|one, other| (one.0, &other.1).cmp(&(other.0, &one.1)));
        let actions: Vec<&str> = done.iter().map(|(_, action)| action.as_str()).collect();
        let orders = usize::from(ordered.is_some());
        let expected = [vec!["payment_request.order"; orders], vec!["fiscal_year.close"]].concat();
        assert_eq!(actions, expected, "{round}");
    }
}

/// When an identifier was made: the first 48 bits of a UUID of version 7.
fn millisecond(id: Uuid) -> u64 {
    u64::try_from(id.as_u128() >> 80).expect("48 bits")
}
