//! Names that do not exist: `api/demo/names.toml`.

use domain::Result;
use serde::Deserialize;

use super::dice::Dice;
use super::facts;

/// Names of people, bodies and projects that do not exist.
#[derive(Deserialize)]
pub(super) struct Names {
    first: Vec<String>,
    last: Vec<String>,
    ministries: Vec<String>,
    operators: Vec<String>,
    service_kinds: Vec<String>,
    places: Vec<String>,
    regions: Vec<String>,
    project_kinds: Vec<String>,
    subjects: Vec<String>,
    summaries: Vec<String>,
}

impl Names {
    /// Reads the names.
    pub(super) fn read() -> Result<Self> {
        facts::read(include_str!("../../demo/names.toml"))
    }

    /// The name of a person.
    pub(super) fn person(&self, dice: &mut Dice) -> String {
        format!("{} {}", one_of(&self.first, dice), one_of(&self.last, dice))
    }

    /// The code of a region.
    pub(super) fn region(&self, dice: &mut Dice) -> String {
        one_of(&self.regions, dice)
    }

    /// The summary of a project.
    pub(super) fn summary(&self, dice: &mut Dice) -> String {
        one_of(&self.summaries, dice)
    }

    /// Names of different ministries.
    pub(super) fn ministries(&self, count: usize, dice: &mut Dice) -> Vec<String> {
        some_of(self.ministries.clone(), count, dice)
    }

    /// Names of different operators of the State.
    pub(super) fn operators(&self, count: usize, dice: &mut Dice) -> Vec<String> {
        some_of(self.operators.clone(), count, dice)
    }

    /// Names of different deconcentrated services of the State.
    pub(super) fn services(&self, count: usize, dice: &mut Dice) -> Vec<String> {
        some_of(pairs(&self.service_kinds, &self.places), count, dice)
    }

    /// Different titles of projects.
    pub(super) fn titles(&self, count: usize, dice: &mut Dice) -> Vec<String> {
        some_of(pairs(&self.project_kinds, &self.subjects), count, dice)
    }
}

fn one_of(names: &[String], dice: &mut Dice) -> String {
    dice.pick(names).cloned().unwrap_or_default()
}

fn pairs(firsts: &[String], seconds: &[String]) -> Vec<String> {
    let with = |first| seconds.iter().map(move |second| format!("{first} {second}"));
    firsts.iter().flat_map(with).collect()
}

/// So many of the names, or all of them if there are fewer.
fn some_of(mut names: Vec<String>, count: usize, dice: &mut Dice) -> Vec<String> {
    dice.shuffle(&mut names);
    names.truncate(count);
    names
}
