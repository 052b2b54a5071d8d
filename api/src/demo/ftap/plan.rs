//! Who applied with what: the published projects and sums, and what is made up so that everything adds up to them.

use std::collections::BTreeSet;

use domain::{Error, Result};
use entity::value::OrganisationKind;

use crate::demo::bodies::Body;
use crate::demo::dice::Dice;
use crate::demo::facts::{Ftap, FtapCall, NamedProject};
use crate::demo::names::Names;
use crate::demo::round::File;
use crate::demo::split::shares;

/// Amounts are drawn in thousands of euros: so many cents.
const THOUSAND_MINOR: i64 = 100_000;
/// Smallest and largest award, in thousands of euros.
const AWARD_THOUSANDS: (i64, i64) = (1_000, 15_000);
/// The most that a project costs for what it requests.
const COST_TIMES: i64 = 6;

/// An application, and what becomes of it.
pub(super) struct Project {
    /// What is applied with.
    pub(super) file: File,
    /// What it is awarded, in cents; `None` for a rejection.
    pub(super) award_minor: Option<i64>,
    /// What is made up about the decision.
    pub(super) decision_illustrative: String,
    /// Whether the sample applicant acts for its lead.
    pub(super) of_sample_applicant: bool,
}

impl Project {
    /// The mean of its scores, in hundredths of a point: laureates were found better.
    pub(super) fn mean_centi(&self) -> i32 {
        if self.award_minor.is_some() { 1_600 } else { 1_050 }
    }
}

/// A project before its money.
struct Idea {
    title: String,
    summary: String,
    lead: Option<Body>,
    partners: Vec<Body>,
    illustrative: String,
    decision_illustrative: String,
}

/// What a project costs, requests and is awarded, in thousands of euros.
struct Money {
    award: Option<i64>,
    requested: i64,
    cost: i64,
}

/// The applications of the call, in the order in which they are begun.
pub(super) fn projects(facts: &Ftap, names: &Names, dice: &mut Dice) -> Result<Vec<Project>> {
    let call = &facts.call;
    let mut ideas: Vec<Idea> = call
        .named_projects
        .iter()
        .map(|project| published(project, call))
        .collect();
    let others = call.applications.saturating_sub(ideas.len());
    let titles = names.titles(others, dice);
    ideas.extend(titles.into_iter().enumerate().map(|(place, title)| {
        let laureate = call.named_projects.len() + place < call.laureates;
        made_up(title, laureate, call, names, dice)
    }));
    let without_lead = ideas.iter().filter(|idea| idea.lead.is_none()).count();
    let mut leads = leads(call, without_lead, names, dice)?.into_iter();
    let money = money(facts, dice)?;
    if money.len() != ideas.len() {
        return Err(Error::internal("there are too few titles for the applications"));
    }
    let mut projects = Vec::with_capacity(ideas.len());
    for (place, (idea, money)) in ideas.into_iter().zip(money).enumerate() {
        let lead = idea.lead.or_else(|| leads.next());
        projects.push(Project {
            file: File {
                title: idea.title,
                summary: idea.summary,
                lead: lead.ok_or_else(|| Error::internal("a project has no lead"))?,
                partners: idea.partners,
                cost_minor: money.cost * THOUSAND_MINOR,
                requested_minor: money.requested * THOUSAND_MINOR,
                illustrative: idea.illustrative,
            },
            award_minor: money.award.map(|award| award * THOUSAND_MINOR),
            decision_illustrative: idea.decision_illustrative,
            // The first laureate that is wholly made up.
            of_sample_applicant: place == call.named_projects.len(),
        });
    }
    dice.shuffle(&mut projects);
    Ok(projects)
}

/// A laureate that was named.
fn published(project: &NamedProject, call: &FtapCall) -> Idea {
    let known = [
        Some("name"),
        project.lead.as_ref().map(|_| "lead"),
        project.partner.as_ref().map(|_| "partner"),
        project.summary.as_ref().map(|_| "summary"),
    ];
    let known: Vec<&str> = known.into_iter().flatten().collect();
    let lead = if project.lead.is_some() {
        ""
    } else {
        "The lead is made up. "
    };
    Idea {
        title: project.name.clone(),
        summary: project
            .summary
            .clone()
            .unwrap_or_else(|| "Résumé non publié.".to_owned()),
        lead: project.lead.as_deref().map(Body::published),
        partners: project.partner.as_deref().map(Body::published).into_iter().collect(),
        illustrative: format!(
            "{lead}Amounts, assessments and dates are illustrative; published of this laureate of {}: {}.",
            call.code,
            known.join(", ")
        ),
        decision_illustrative: "The amount, the reason, the agreement and the payments are illustrative; that this \
                                project is a laureate is published."
            .to_owned(),
    }
}

/// A project of which nothing was published but that it is one of so many.
fn made_up(title: String, laureate: bool, call: &FtapCall, names: &Names, dice: &mut Dice) -> Idea {
    let (all, laureates) = (call.applications, call.laureates);
    let decision_illustrative = if laureate {
        format!(
            "This decision and what follows from it are made up; that there were {laureates} laureates, for {} EUR in \
             all, is published.",
            call.awarded
        )
    } else {
        format!("This decision is made up; that {laureates} of {all} applications were retained is published.")
    };
    Idea {
        title,
        summary: names.summary(dice),
        lead: None,
        partners: Vec::new(),
        illustrative: format!(
            "This project is made up: only the number of applications, {all}, and their sums are published."
        ),
        decision_illustrative,
    }
}

/// Made-up bodies to lead so many projects, each of them at least once.
fn leads(call: &FtapCall, count: usize, names: &Names, dice: &mut Dice) -> Result<Vec<Body>> {
    let applicants = unnamed(call, names, dice);
    let mut leads = applicants.clone();
    while leads.len() < count {
        let again = dice.pick(&applicants).cloned();
        leads.push(again.ok_or_else(|| Error::internal("there is nobody to lead the projects"))?);
    }
    if leads.len() > count {
        return Err(Error::internal("there are more applicants than projects"));
    }
    dice.shuffle(&mut leads);
    Ok(leads)
}

/// Made-up bodies, as many of each kind as were published less those that were named.
fn unnamed(call: &FtapCall, names: &Names, dice: &mut Dice) -> Vec<Body> {
    let known = call.named_projects.iter().filter_map(|project| project.lead.as_deref());
    let known: BTreeSet<&str> = known.collect();
    let left = |published: usize, kind| {
        let of_kind = known.iter().filter(|name| Body::published(name).kind == kind);
        published.saturating_sub(of_kind.count())
    };
    let ministries = left(call.applicants.ministries, OrganisationKind::Ministry);
    let operators = left(call.applicants.operators, OrganisationKind::Operator);
    let services = left(
        call.applicants.deconcentrated_services,
        OrganisationKind::DeconcentratedService,
    );
    let by_kind = [
        (OrganisationKind::Ministry, names.ministries(ministries, dice)),
        (OrganisationKind::Operator, names.operators(operators, dice)),
        (OrganisationKind::DeconcentratedService, names.services(services, dice)),
    ];
    let mut unnamed = Vec::new();
    for (kind, names_of_kind) in by_kind {
        for name in names_of_kind {
            unnamed.push(Body::made_up(name, kind, names, dice));
        }
    }
    unnamed
}

/// Amounts that add up to the published sums, the laureates' first.
fn money(facts: &Ftap, dice: &mut Dice) -> Result<Vec<Money>> {
    let call = &facts.call;
    let cannot = || Error::internal("the published sums cannot be split");
    let awards = vec![AWARD_THOUSANDS.0..=AWARD_THOUSANDS.1; call.laureates];
    let awards = shares(call.awarded / 1_000, &awards, dice).ok_or_else(cannot)?;
    let awards: Vec<Option<i64>> = awards
        .into_iter()
        .map(Some)
        .chain(std::iter::repeat(None))
        .take(call.applications)
        .collect();
    let (least, most) = (
        facts.fund.grant_minimum_central / 1_000,
        facts.fund.grant_maximum / 1_000,
    );
    let bounds: Vec<_> = awards.iter().map(|award| award.unwrap_or(least)..=most).collect();
    let requests = shares(call.requested / 1_000, &bounds, dice).ok_or_else(cannot)?;
    let bounds: Vec<_> = requests.iter().map(|request| *request..=request * COST_TIMES).collect();
    let costs = shares(call.total_cost / 1_000, &bounds, dice).ok_or_else(cannot)?;
    let all = awards.into_iter().zip(requests).zip(costs);
    Ok(all
        .map(|((award, requested), cost)| Money { award, requested, cost })
        .collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::demo::facts;

    fn plan() -> Vec<Project> {
        let facts = facts::ftap().expect("the facts");
        projects(&facts, &Names::read().expect("the names"), &mut Dice::of_chapter(2)).expect("a plan")
    }

    #[test]
    fn the_sums_are_the_published_ones() {
        let projects = plan();
        let sum = |amount: fn(&Project) -> i64| projects.iter().map(amount).sum::<i64>();
        assert_eq!(projects.len(), 61);
        assert_eq!(sum(|project| project.file.requested_minor), 30_000_000_000);
        assert_eq!(sum(|project| project.file.cost_minor), 75_700_000_000);
        assert_eq!(sum(|project| project.award_minor.unwrap_or_default()), 6_880_000_000);
        assert_eq!(
            projects.iter().filter(|project| project.award_minor.is_some()).count(),
            16
        );
    }

    #[test]
    fn every_amount_is_within_the_bounds_of_the_fund() {
        for project in plan() {
            let (requested, cost) = (project.file.requested_minor, project.file.cost_minor);
            assert!((100_000_000..=5_000_000_000).contains(&requested), "{requested}");
            assert!(requested <= cost);
            assert!(project.award_minor.is_none_or(|award| (1..=requested).contains(&award)));
        }
    }

    #[test]
    fn the_applicants_are_as_many_of_each_kind_as_published() {
        let projects = plan();
        let leads: BTreeMap<&str, OrganisationKind> = projects
            .iter()
            .map(|project| (project.file.lead.name.as_str(), project.file.lead.kind))
            .collect();
        let of = |kind| leads.values().filter(|other| **other == kind).count();
        assert_eq!(
            [
                OrganisationKind::Ministry,
                OrganisationKind::Operator,
                OrganisationKind::DeconcentratedService
            ]
            .map(of),
            [15, 18, 13]
        );
        assert_eq!(leads.len(), 46);
    }

    #[test]
    fn the_named_projects_are_laureates_and_lead_nothing_else() {
        let facts = facts::ftap().expect("the facts");
        let projects = plan();
        for named in &facts.call.named_projects {
            let project = projects
                .iter()
                .find(|project| project.file.title == named.name)
                .expect(&named.name);
            assert!(project.award_minor.is_some(), "{}", named.name);
            if let Some(lead) = &named.lead {
                assert_eq!(&project.file.lead.name, lead);
            }
        }
        let published: BTreeSet<&str> = facts
            .call
            .named_projects
            .iter()
            .filter_map(|project| project.lead.as_deref())
            .collect();
        let led = projects
            .iter()
            .filter(|project| published.contains(project.file.lead.name.as_str()));
        assert_eq!(led.count(), 5, "a published body is given no made-up project");
    }

    #[test]
    fn the_sample_applicant_holds_one_award_of_a_made_up_body() {
        let projects = plan();
        let own: Vec<_> = projects.iter().filter(|project| project.of_sample_applicant).collect();
        assert_eq!(own.len(), 1);
        assert!(own[0].award_minor.is_some());
        assert_eq!(own[0].file.lead.illustrative, "This organisation is made up.");
    }
}
