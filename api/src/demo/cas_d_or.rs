//! « Les Cas d'OR du Service Public Numérique » of 2021: a jury's prizes, in seventeen lots, without money.

use domain::call::commands::CreateCall;
use domain::fund::commands::{CreateFund, CreateProgramme};
use domain::{Error, Result};
use entity::value::{Instant, LotId, ProgrammeId};
use time::macros::{date, datetime};

use super::bodies::Body;
use super::budget::{self, Order};
use super::dice::Dice;
use super::facts::{self, CasDOr, Distinction};
use super::people::{Cast, Team};
use super::round::{self, File, Filed, Round, Verdict};
use super::stage::Stage;

/// What a candidate asks for: the rules of a call want an amount, the prize has none.
const REQUESTED_MINOR: i64 = 10_000;
const ENVELOPE_MINOR: i64 = 1_000_000;

/// A candidate, and the prizes it wins.
#[derive(Debug)]
struct Candidate {
    /// Place of its lot in the list.
    lot: usize,
    file: File,
    distinction: String,
    illustrative: &'static str,
}

/// Plays the chapter.
pub(super) async fn play(stage: &mut Stage, cast: &Cast) -> Result<()> {
    let facts = facts::cas_d_or()?;
    stage.scene(datetime!(2021-02-15 09:00 UTC), "Cas d'OR: the call");
    let (programme_id, team) = open_fund(stage, cast).await?;
    let round = Round::publish(stage, cast, &team, &call(&facts, programme_id), None).await?;

    stage.scene(datetime!(2021-03-15 09:00 UTC), "Cas d'OR: candidates");
    let candidates = candidates(&facts)?;
    let mut filed = Vec::with_capacity(candidates.len());
    for candidate in &candidates {
        let lot: Option<LotId> = round.lots.get(candidate.lot).copied();
        filed.push(round.draft(stage, &candidate.file, lot).await?);
    }
    stage.at(datetime!(2021-05-03 09:00 UTC));
    for filed in &filed {
        round::submit(stage, filed).await?;
    }

    stage.scene(datetime!(2021-05-17 09:00 UTC), "Cas d'OR: the jury");
    round.evaluate(stage, &team).await?;
    assess(stage, &team, &round, &filed).await?;
    let verdicts: Vec<Verdict> = filed.iter().zip(candidates).map(verdict).collect();
    stage.at(datetime!(2021-06-10 14:00 UTC));
    let decisions = round::propose(stage, &team, &verdicts).await?;
    round::adopt(stage, &round.committee, &decisions).await?;
    round::notify(stage, &team, &decisions).await?;
    round.conclude(stage, &team).await
}

async fn open_fund(stage: &mut Stage, cast: &Cast) -> Result<(ProgrammeId, Team)> {
    let fund = CreateFund {
        code: "CAS-D-OR".to_owned(),
        name: "Les Cas d'OR du Service Public Numérique".to_owned(),
        currency: "EUR".to_owned(),
        legal_basis: "Règlement du prix (illustratif)".to_owned(),
        starts_on: date!(2021 - 01 - 01),
        ends_on: date!(2021 - 12 - 31),
        time_zone: "Europe/Paris".to_owned(),
        illustrative: Some("That the prize has a fund, and everything about it but its name, is made up.".to_owned()),
    };
    let (fund_id, team) = budget::found(stage, cast, &fund).await?;
    let envelope = Order::illustrative(ENVELOPE_MINOR, "Envelope of a prize without money: illustrative");
    budget::open(stage, &team, fund_id, envelope).await?;
    let programme = CreateProgramme {
        fund_id,
        code: "CAS-D-OR".to_owned(),
        name: "Cas d'OR 2021".to_owned(),
        illustrative: Some("This programme is made up: a call needs one.".to_owned()),
    };
    let order = Order::illustrative(ENVELOPE_MINOR, "Budget of a prize without money: illustrative");
    let programme_id = budget::programme(stage, &team, &programme, order).await?;
    Ok((programme_id, team))
}

fn call(facts: &CasDOr, programme_id: ProgrammeId) -> CreateCall {
    CreateCall {
        programme_id,
        code: "CAS-D-OR-2021".to_owned(),
        title: "Les Cas d'OR du Service Public Numérique 2021".to_owned(),
        summary: "Prix décernés par un jury aux pionniers du service public numérique.".to_owned(),
        description: format!(
            "Un jury de {} membres distingue des projets dans {} catégories. Les prix sont sans dotation.\n\n\
             Source : Opinion Internationale, juin 2021.",
            facts.jury_members,
            facts.lots.len()
        ),
        contact: "cas-d-or@demo.octroi.example".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        opens_at: Instant::from(datetime!(2021-03-01 00:00 +1)),
        closes_at: Some(Instant::from(datetime!(2021-05-14 12:00 +2))),
        grace_minutes: 0,
        minimum_grant: None,
        maximum_grant: None,
        maximum_rate_bp: 10_000,
        assessments_wanted: 1,
        lots: facts.lots.iter().map(|lot| lot.name.clone()).collect(),
        criteria: vec![round::criterion("Appréciation du jury")],
        illustrative: Some(
            "The code, the text, the dates before the jury's day, the contact and the criterion are made up; the lots, \
             the laureates, the distinctions and the size of the jury are published."
                .to_owned(),
        ),
    }
}

/// The laureates of each lot, with the special prizes of the same laureates, then whoever won only a special prize.
fn candidates(facts: &CasDOr) -> Result<Vec<Candidate>> {
    let mut candidates = Vec::with_capacity(facts.lots.len() + 1);
    for (place, lot) in facts.lots.iter().enumerate() {
        let prizes = facts.distinctions.iter();
        let special = prizes.filter(|distinction| together(&distinction.laureates) == together(&lot.laureates));
        let prizes = std::iter::once(format!("Lauréat — {}", lot.name)).chain(special.map(|prize| prize.title.clone()));
        candidates.push(Candidate {
            lot: place,
            file: file(&lot.name, &lot.laureates)?,
            distinction: prizes.collect::<Vec<_>>().join(" ; "),
            illustrative: "The wording and the hour are made up; the laureates and the distinction are published.",
        });
    }
    let won_no_lot = |distinction: &&Distinction| {
        let laureates = together(&distinction.laureates);
        !facts.lots.iter().any(|lot| together(&lot.laureates) == laureates)
    };
    for distinction in facts.distinctions.iter().filter(won_no_lot) {
        candidates.push(Candidate {
            lot: 0,
            file: file(&distinction.title, &distinction.laureates)?,
            distinction: distinction.title.clone(),
            illustrative: "The lot and the wording are made up; the laureate and the distinction are published.",
        });
    }
    Ok(candidates)
}

/// The same laureates, in whatever order they are named.
fn together(laureates: &[String]) -> Vec<&str> {
    let mut names: Vec<&str> = laureates.iter().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// The file of laureates: the first leads, the others take part.
fn file(prize: &str, laureates: &[String]) -> Result<File> {
    let mut bodies = laureates.iter().map(|name| Body::published(name));
    let lead = bodies.next();
    Ok(File {
        title: format!("{} : {prize}", laureates.join(", ")),
        summary: format!("Candidature lauréate ({prize}). Le texte de la candidature n'est pas publié."),
        lead: lead.ok_or_else(|| Error::internal("the facts have a prize without a laureate"))?,
        partners: bodies.collect(),
        cost_minor: REQUESTED_MINOR,
        requested_minor: REQUESTED_MINOR,
        illustrative: "The title, the amounts, who leads and the dates are made up; the laureates and their prize are \
                       published."
            .to_owned(),
    })
}

/// Each candidate is read by one member of the jury.
async fn assess(stage: &Stage, team: &Team, round: &Round, filed: &[Filed]) -> Result<()> {
    let mut dice = Dice::of_chapter(3);
    for (filed, evaluator) in filed.iter().zip(round.committee.members.iter().cycle()) {
        let assessment = round::assign(stage, team, filed.id, evaluator).await?;
        round.assess(stage, (assessment, evaluator), 1_700, &mut dice).await?;
    }
    Ok(())
}

fn verdict((filed, candidate): (&Filed, Candidate)) -> Verdict {
    Verdict {
        application: filed.id,
        award_minor: Some(0),
        distinction: Some(candidate.distinction),
        reason: "Choix du jury (motif non publié)",
        illustrative: candidate.illustrative.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lot_has_its_laureates_and_every_distinction_is_given_once() {
        let facts = facts::cas_d_or().expect("the facts");
        let candidates = candidates(&facts).expect("candidates");
        assert_eq!(candidates.len(), 18);
        for distinction in &facts.distinctions {
            let given = candidates
                .iter()
                .filter(|candidate| candidate.distinction.ends_with(&distinction.title));
            let expected = facts
                .distinctions
                .iter()
                .filter(|other| other.title == distinction.title);
            assert_eq!(given.count(), expected.count(), "{}", distinction.title);
        }
        let anonymisation = &candidates[3];
        assert_eq!(
            anonymisation.distinction,
            "Lauréat — Anonymisation des données sensibles ; Prix de l'Innovation"
        );
        assert_eq!(anonymisation.file.partners.len(), 2);
        assert_eq!(candidates[17].file.lead.name, "Covid Tracker");
        assert!(candidates[17].file.partners.is_empty());
    }
}
