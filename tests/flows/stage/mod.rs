//! A grant programme taken as far as a test needs it, over HTTP, by the people who would take it there.
//!
//! Each step holds the one before it and derefs to it, so that `payment.manager` is the manager who signed the
//! agreement and `payment.call_id` the call that it comes from. All of it happens from [`START`] on, on the clock of
//! the server; the call closes at [`DEADLINE`].

mod award;
mod call;
mod evaluation;
mod fund;
mod money;

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, macros::datetime};

use crate::harness::{Client, Viewer, text};

pub use award::{Agreement, Award, Payment, agreement_input, claim, claim_input, instalment};
pub use call::{Call, File, call_input, draft_input};
pub use evaluation::{Decision, Evaluation, adoption_input, assign, full_marks};
pub use fund::{Fund, envelope_input, fund_input};
pub use money::{act_input, credits_input, last_transfer, moves, order_input, reasons, refuses};

/// When the stage begins. Its call is open from then on.
pub const START: OffsetDateTime = datetime!(2018-06-20 08:00 UTC);
/// When its call closes.
pub const DEADLINE: OffsetDateTime = START.saturating_add(Duration::minutes(10));

/// The envelope of the fund.
pub const ENVELOPE: &str = "1000000.00";
/// What the programme gets of it.
pub const ALLOCATION: &str = "800000.00";
/// What the call gets of that.
pub const ENDOWMENT: &str = "500000.00";
/// What an application requests.
pub const REQUESTED: &str = "150000.00";

/// A SIRET that nothing else in a stage has: the applicant's.
pub const SIRET: &str = "13002526500013";
/// Another, for a partner, a competitor or a stranger.
pub const OTHER_SIRET: &str = "20003452800014";

/// Makes a step deref to the one it holds.
macro_rules! after {
    ($step:ty => $field:ident: $before:ty) => {
        impl std::ops::Deref for $step {
            type Target = $before;

            fn deref(&self) -> &$before {
                &self.$field
            }
        }
    };
}
pub(super) use after;

/// A fund with an open envelope, and a programme with its allocation.
pub async fn fund_open(app: &Client) -> Fund {
    Fund::open(app).await
}

/// A call that is open and has its endowment.
pub async fn call_open(app: &Client) -> Call {
    Call::open(app, fund_open(app).await).await
}

/// An application, as its organisation has drafted it.
pub async fn application_drafted(app: &Client) -> File {
    File::draft(app, call_open(app).await).await
}

/// An application that was submitted in time.
pub async fn application_submitted(app: &Client) -> File {
    let file = application_drafted(app).await;
    file.submit(app).await;
    file
}

/// An application in the hands of its first evaluator; the call is closed.
pub async fn under_evaluation(app: &Client) -> Evaluation {
    Evaluation::begin(app, application_submitted(app).await).await
}

/// A decision that waits for the chair.
pub async fn decision_proposed(app: &Client, amount: &str) -> Decision {
    Decision::propose(app, under_evaluation(app).await, amount).await
}

/// An award that its beneficiary does not know of yet.
pub async fn award_reserved(app: &Client, amount: &str) -> Award {
    Award::reserve(app, decision_proposed(app, amount).await).await
}

/// An award that its beneficiary was told of.
pub async fn award_notified(app: &Client, amount: &str) -> Award {
    let award = award_reserved(app, amount).await;
    award.notify(app).await;
    award
}

/// An award with its signed agreement, to be paid in these instalments.
pub async fn award_committed(app: &Client, amount: &str, instalments: &[&str]) -> Agreement {
    Agreement::sign(app, award_notified(app, amount).await, instalments).await
}

/// A claim on the whole first instalment.
pub async fn payment_requested(app: &Client, amount: &str, instalments: &[&str]) -> Payment {
    Payment::claim(app, award_committed(app, amount, instalments).await, instalments[0]).await
}

/// A claim that was certified and approved, and awaits its order.
pub async fn payment_approved(app: &Client, amount: &str, instalments: &[&str]) -> Payment {
    let payment = payment_requested(app, amount, instalments).await;
    payment.certify(app).await;
    payment.approve(app).await;
    payment
}

/// A payment that awaits the bank's answer.
pub async fn payment_ordered(app: &Client, amount: &str, instalments: &[&str]) -> Payment {
    let payment = payment_approved(app, amount, instalments).await;
    payment.order(app).await;
    payment
}

/// A payment that the bank has confirmed.
pub async fn payment_paid(app: &Client, amount: &str, instalments: &[&str]) -> Payment {
    let payment = payment_ordered(app, amount, instalments).await;
    payment.confirm(app).await;
    payment
}

/// A claim that awaits its order, on an award of 1000.00 to be paid in 400.00 and 600.00, in a fund whose days begin in
/// a time zone.
pub async fn payment_approved_in(app: &Client, time_zone: &str) -> Payment {
    let fund = Fund::open_in(app, time_zone).await;
    let file = File::draft(app, Call::open(app, fund).await).await;
    file.submit(app).await;
    let decision = Decision::propose(app, Evaluation::begin(app, file).await, "1000.00").await;
    let award = Award::reserve(app, decision).await;
    award.notify(app).await;
    let agreement = Agreement::sign(app, award, &["400.00", "600.00"]).await;
    let payment = Payment::claim(app, agreement, "400.00").await;
    payment.certify(app).await;
    payment.approve(app).await;
    payment
}

/// An amount of euros as an input.
pub fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// An idempotency key that nothing else has.
pub fn fresh_key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// An input with some of its fields changed, or added.
pub fn with(mut input: Value, changes: Value) -> Value {
    let (Value::Object(fields), Value::Object(changes)) = (&mut input, changes) else {
        panic!("an input and its changes are objects")
    };
    fields.extend(changes);
    input
}

/// The budget of a node on one line, once its figures are seen to add up.
pub async fn budget<'a>(app: &Client, who: impl Viewer<'a>, node: &str) -> String {
    const BUDGET: &str = "query($node: ID!) { budget(node: $node) {
        opened { ...M } available { ...M } reserved { ...M } committed { ...M } ordered { ...M } paid { ...M }
        remainingToPay { ...M } lapsed { ...M }
    } } fragment M on Money { amount minorUnits }";
    let budget = app.data(who, BUDGET, json!({ "node": node })).await["budget"].take();
    let amount = |figure: &str| text(&budget[figure]["amount"]);
    let minor = |figure: &str| text(&budget[figure]["minorUnits"]).parse::<i64>().expect("minor units");
    assert_eq!(
        minor("opened"),
        minor("available") + minor("reserved") + minor("committed") + minor("lapsed"),
        "{budget:#}"
    );
    assert_eq!(
        minor("committed"),
        minor("remainingToPay") + minor("paid"),
        "{budget:#}"
    );
    ["available", "reserved", "committed", "ordered", "paid"]
        .map(|figure| format!("{figure} {}", amount(figure)))
        .join(", ")
}

/// What was undone under a node, on one line: claimed back, come back, and lost to its call.
pub async fn undone<'a>(app: &Client, who: impl Viewer<'a>, node: &str) -> String {
    const BUDGET: &str = "query($node: ID!) { budget(node: $node) {
        recoverable { amount } recovered { amount } lapsed { amount } } }";
    let budget = app.data(who, BUDGET, json!({ "node": node })).await["budget"].take();
    ["recoverable", "recovered", "lapsed"]
        .map(|figure| format!("{figure} {}", text(&budget[figure]["amount"])))
        .join(", ")
}

/// One field of a node: `field(&app, &manager, &call_id, "Call", "status")`.
pub async fn field<'a>(app: &Client, who: impl Viewer<'a>, id: &str, of: &str, selection: &str) -> Value {
    let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on {of} {{ {selection} }} }} }}");
    let node = app.data(who, &query, json!({ "id": id })).await["node"].take();
    let fields = node.as_object().unwrap_or_else(|| panic!("{id} is no {of}"));
    assert_eq!(fields.len(), 1, "{of} {id} has {node:#}");
    fields.values().next().cloned().unwrap_or_default()
}
