//! « Fonds pour la transformation de l'action publique », and its second call of 2018: 61 applications, 16 laureates.

mod pay;
mod plan;

use domain::call::commands::CreateCall;
use domain::fund::commands::{CreateFund, CreateProgramme};
use domain::{Actor, Result};
use entity::value::{Instant, ProgrammeId};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::budget::{self, Order};
use super::dice::Dice;
use super::facts::{self, Ftap};
use super::people::{Cast, Team};
use super::round::{self, Filed, Round, Verdict};
use super::stage::{Stage, eur, spread};
use plan::Project;

/// When the call closes: the day was not published.
const CLOSES_AT: OffsetDateTime = datetime!(2018-09-28 12:00 +2);
/// What the programme and the call are given, in cents: not published, and enough for the laureates.
const PROGRAMME_MINOR: i64 = 20_000_000_000;
const CALL_MINOR: i64 = 8_000_000_000;
/// Assessments of each application.
const ASSESSMENTS: usize = 3;

/// Plays the chapter.
pub(super) async fn play(stage: &mut Stage, cast: &Cast) -> Result<()> {
    let facts = facts::ftap()?;
    let mut dice = Dice::of_chapter(2);
    let projects = plan::projects(&facts, &stage.names, &mut dice)?;
    let opens_at = facts.call.opened_on.midnight().assume_offset(CLOSES_AT.offset());

    stage.scene(datetime!(2018-01-08 09:00 +1), "FTAP: the fund");
    let (programme_id, team) = open_fund(stage, cast, &facts).await?;
    stage.scene(opens_at - Duration::hours(12), "FTAP-2018-2: the call");
    let budget = Order::illustrative(CALL_MINOR, "Budget of the call: illustrative");
    let call = call(&facts, programme_id, opens_at);
    let round = Round::publish(stage, cast, &team, &call, Some(budget)).await?;

    stage.scene(opens_at, "FTAP-2018-2: applications");
    let filed = file(stage, cast, &round, &projects).await?;
    stage.scene(datetime!(2018-10-01 09:00 +2), "FTAP-2018-2: assessments");
    round.evaluate(stage, &team).await?;
    assess(stage, &team, &round, &filed, &projects, &mut dice).await?;

    stage.scene(datetime!(2018-11-05 09:00 +1), "FTAP-2018-2: decisions");
    let verdicts: Vec<Verdict> = filed.iter().zip(&projects).map(verdict).collect();
    let decisions = round::propose(stage, &team, &verdicts).await?;
    stage.at(datetime!(2018-11-08 14:00 +1));
    round::adopt(stage, &round.committee, &decisions).await?;
    stage.at(facts.call.announced_on.midnight().assume_utc() + Duration::hours(9));
    round::notify(stage, &team, &decisions).await?;
    round.conclude(stage, &team).await?;

    let laureates = filed
        .iter()
        .zip(&projects)
        .filter(|(_, project)| project.award_minor.is_some());
    let laureates: Vec<Filed> = laureates.map(|(filed, _)| filed.clone()).collect();
    let agreements = pay::sign(stage, &team, &laureates).await?;
    pay::advance(stage, &team, &agreements).await
}

async fn open_fund(stage: &mut Stage, cast: &Cast, facts: &Ftap) -> Result<(ProgrammeId, Team)> {
    let fund = CreateFund {
        code: facts.fund.code.clone(),
        name: facts.fund.name.clone(),
        currency: "EUR".to_owned(),
        legal_basis: "Budget de l'État, programme 349".to_owned(),
        starts_on: facts.fund.starts_on,
        ends_on: facts.fund.ends_on,
        time_zone: "Europe/Paris".to_owned(),
        illustrative: None,
    };
    let (fund_id, team) = budget::found(stage, cast, &fund).await?;
    let envelope = Order {
        minor: facts.fund.envelope * 100,
        reason: "Envelope over five years, 2018-2022",
        document: "modernisation.gouv.fr, 2018-06-19",
    };
    budget::open(stage, &team, fund_id, envelope).await?;
    let programme = CreateProgramme {
        fund_id,
        code: facts.fund.code.clone(),
        name: "Projets de transformation de l'action publique".to_owned(),
        illustrative: Some("That the fund has one programme, and its budget, are illustrative.".to_owned()),
    };
    let order = Order::illustrative(PROGRAMME_MINOR, "Budget of the calls of 2018: illustrative");
    let programme_id = budget::programme(stage, &team, &programme, order).await?;
    Ok((programme_id, team))
}

fn call(facts: &Ftap, programme_id: ProgrammeId, opens_at: OffsetDateTime) -> CreateCall {
    let minimum = facts
        .fund
        .grant_minimum_central
        .min(facts.fund.grant_minimum_territorial);
    CreateCall {
        programme_id,
        code: facts.call.code.clone(),
        title: format!("{}, deuxième appel à projets de 2018", facts.fund.name),
        summary: "Des projets de transformation des services publics, contre des économies durables.".to_owned(),
        description: format!(
            "Le fonds finance des projets dont un euro investi rapporte, au bout de trois ans, un euro d'économies par \
             an.\n\nLa subvention va de {} € (services territoriaux : {} €) à {} €.\n\nSources : annonces de \
             modernisation.gouv.fr des 19 juin et 12 novembre 2018.",
            facts.fund.grant_minimum_central, facts.fund.grant_minimum_territorial, facts.fund.grant_maximum
        ),
        contact: "ftap@demo.octroi.example".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        opens_at: Instant::from(opens_at),
        closes_at: Some(Instant::from(CLOSES_AT)),
        grace_minutes: 0,
        minimum_grant: Some(eur(minimum * 100)),
        maximum_grant: Some(eur(facts.fund.grant_maximum * 100)),
        maximum_rate_bp: 10_000,
        assessments_wanted: 3,
        lots: Vec::new(),
        criteria: facts.criteria.iter().map(|title| round::criterion(title)).collect(),
        illustrative: Some(
            "The closing date, the hours, the contact, the scale and weights of the criteria, the number of \
             assessments and the budget are made up; the code, the opening day, the criteria and the bounds of grants \
             are published."
                .to_owned(),
        ),
    }
}

/// Drafts from the opening, submits in September: most applicants take their time.
async fn file(stage: &mut Stage, cast: &Cast, round: &Round, projects: &[Project]) -> Result<Vec<Filed>> {
    let mut filed = Vec::with_capacity(projects.len());
    let drafting = spread(
        datetime!(2018-07-02 09:00 +2),
        datetime!(2018-09-03 09:00 +2),
        projects.len(),
    );
    for (at, project) in drafting.zip(projects) {
        stage.at(at);
        if project.of_sample_applicant {
            stage.record(&project.file.lead, cast.applicant()?).await?;
        }
        filed.push(round.draft(stage, &project.file, None).await?);
    }
    let submitting = spread(datetime!(2018-09-03 09:00 +2), CLOSES_AT, projects.len());
    for (at, filed) in submitting.zip(&filed) {
        stage.at(at);
        round::submit(stage, filed).await?;
    }
    Ok(filed)
}

/// Each application goes to some of the committee's members, in turn.
async fn assess(
    stage: &Stage,
    team: &Team,
    round: &Round,
    filed: &[Filed],
    projects: &[Project],
    dice: &mut Dice,
) -> Result<()> {
    let mut turn = round.committee.members.iter().cycle();
    let mut assigned = Vec::with_capacity(filed.len() * ASSESSMENTS);
    for (filed, project) in filed.iter().zip(projects) {
        for evaluator in turn.by_ref().take(ASSESSMENTS) {
            let evaluator: &Actor = evaluator;
            let assessment = round::assign(stage, team, filed.id, evaluator).await?;
            assigned.push((assessment, evaluator, project.mean_centi()));
        }
    }
    let writing = spread(
        datetime!(2018-10-08 09:00 +2),
        datetime!(2018-10-26 18:00 +2),
        assigned.len(),
    );
    for (at, (assessment, evaluator, mean_centi)) in writing.zip(assigned) {
        stage.at(at);
        round.assess(stage, (assessment, evaluator), mean_centi, dice).await?;
    }
    Ok(())
}

fn verdict((filed, project): (&Filed, &Project)) -> Verdict {
    let reason = match project.award_minor {
        Some(_) => "Projet retenu par le comité (motif illustratif)",
        None => "Projet non retenu par le comité (motif illustratif)",
    };
    Verdict {
        application: filed.id,
        award_minor: project.award_minor,
        distinction: None,
        reason,
        illustrative: project.decision_illustrative.clone(),
    }
}
