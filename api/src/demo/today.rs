//! A made-up fund with a call that is open now and one before its committee now: what is here to be tried.

use domain::call::commands::CreateCall;
use domain::fund::commands::{CreateFund, CreateProgramme};
use domain::{Clock, Error, Result};
use entity::value::{Instant, OrganisationKind, ProgrammeId};
use time::{Duration, OffsetDateTime};

use super::bodies::Body;
use super::budget::{self, Order};
use super::dice::Dice;
use super::facts;
use super::people::{Cast, Team};
use super::round::{self, File, Round};
use super::stage::Stage;

/// What is made up about the fund and its programme.
const MADE_UP: &str = "Everything about it is made up, for trying.";
const ENVELOPE_MINOR: i64 = 5_000_000_000;
const PROGRAMME_MINOR: i64 = 2_000_000_000;
/// What each of the two calls is given, in cents.
const CALL_MINOR: i64 = 1_000_000_000;
/// Applications before the committee.
const APPLICATIONS: usize = 3;

/// Plays the chapter.
pub(super) async fn play(stage: &mut Stage, cast: &Cast) -> Result<()> {
    // Whole days, so that dates read well.
    let today = Clock::system().now().utc().date().midnight().assume_utc();
    let day = |days: i64| today + Duration::days(days);

    stage.scene(day(-60), "Today: the fund");
    let (programme_id, team) = open_fund(stage, cast, day(-60)).await?;
    stage.scene(day(-50), "Today: a call to be evaluated");
    let evaluated = call(
        programme_id,
        ("FTAP-DEMO-EVAL", "Appel à projets d'exemple, en cours d'évaluation"),
        (day(-45), day(-14)),
    )?;
    let evaluated = Round::publish(stage, cast, &team, &evaluated, Some(budget_of_call())).await?;
    stage.scene(day(-31), "Today: a call that is open");
    let open = call(
        programme_id,
        ("FTAP-DEMO", "Appel à projets d'exemple, ouvert"),
        (day(-30), day(60)),
    )?;
    Round::publish(stage, cast, &team, &open, Some(budget_of_call())).await?;

    stage.scene(day(-20), "Today: applications");
    let mut dice = Dice::of_chapter(4);
    let mut filed = Vec::with_capacity(APPLICATIONS);
    for file in &files(stage, &mut dice) {
        let draft = evaluated.draft(stage, file, None).await?;
        round::submit(stage, &draft).await?;
        filed.push(draft);
    }
    stage.scene(day(-13), "Today: assessments");
    evaluated.evaluate(stage, &team).await?;
    let [member, colleague, ..] = evaluated.committee.members.as_slice() else {
        return Err(Error::internal("the committee has too few members"));
    };
    for filed in &filed {
        // Left to the sample committee member, who does not see what the colleague wrote before submitting.
        round::assign(stage, &team, filed.id, member).await?;
        let assessment = round::assign(stage, &team, filed.id, colleague).await?;
        evaluated
            .assess(stage, (assessment, colleague), 1_400, &mut dice)
            .await?;
    }
    Ok(())
}

async fn open_fund(stage: &mut Stage, cast: &Cast, starts_at: OffsetDateTime) -> Result<(ProgrammeId, Team)> {
    let fund = CreateFund {
        code: "DEMO".to_owned(),
        name: "Fonds d'exemple".to_owned(),
        currency: "EUR".to_owned(),
        legal_basis: "Aucune : ce fonds est illustratif".to_owned(),
        starts_on: starts_at.date(),
        ends_on: starts_at.date().saturating_add(Duration::days(1_825)),
        time_zone: "Europe/Paris".to_owned(),
        illustrative: Some(MADE_UP.to_owned()),
    };
    let (fund_id, team) = budget::found(stage, cast, &fund).await?;
    let envelope = Order::illustrative(ENVELOPE_MINOR, "Envelope: illustrative");
    budget::open(stage, &team, fund_id, envelope).await?;
    let programme = CreateProgramme {
        fund_id,
        code: "DEMO".to_owned(),
        name: "Programme d'exemple".to_owned(),
        illustrative: Some(MADE_UP.to_owned()),
    };
    let order = Order::illustrative(PROGRAMME_MINOR, "Budget of the programme: illustrative");
    let programme_id = budget::programme(stage, &team, &programme, order).await?;
    Ok((programme_id, team))
}

const fn budget_of_call() -> Order {
    Order::illustrative(CALL_MINOR, "Budget of the call: illustrative")
}

fn call(
    programme_id: ProgrammeId,
    (code, title): (&str, &str),
    (opens_at, closes_at): (OffsetDateTime, OffsetDateTime),
) -> Result<CreateCall> {
    let criteria = facts::ftap()?.criteria;
    Ok(CreateCall {
        programme_id,
        code: code.to_owned(),
        title: title.to_owned(),
        summary: "Un appel à projets pour essayer Octroi, avec les critères du FTAP.".to_owned(),
        description: "Cet appel à projets est illustratif. Déposez un dossier, évaluez, décidez, payez.".to_owned(),
        contact: "exemple@demo.octroi.example".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        opens_at: Instant::from(opens_at),
        closes_at: Some(Instant::from(closes_at)),
        grace_minutes: 15,
        minimum_grant: None,
        maximum_grant: None,
        maximum_rate_bp: 10_000,
        assessments_wanted: 2,
        lots: Vec::new(),
        criteria: criteria.iter().map(|title| round::criterion(title)).collect(),
        illustrative: Some("This call is made up; the titles of its criteria are those of the FTAP.".to_owned()),
    })
}

fn files(stage: &Stage, dice: &mut Dice) -> Vec<File> {
    let titles = stage.names.titles(APPLICATIONS, dice);
    let leads = stage.names.services(APPLICATIONS, dice);
    let mut files = Vec::with_capacity(APPLICATIONS);
    for (title, lead) in titles.into_iter().zip(leads) {
        let requested = dice.between(500..=2_500) * 100_000;
        files.push(File {
            title,
            summary: stage.names.summary(dice),
            lead: Body::made_up(lead, OrganisationKind::DeconcentratedService, &stage.names, dice),
            partners: Vec::new(),
            cost_minor: requested * 2,
            requested_minor: requested,
            illustrative: "This application is made up.".to_owned(),
        });
    }
    files
}
