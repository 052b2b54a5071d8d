//! What was published: `api/demo/*.toml`, each with its sources, as far as the demonstration uses it.

use domain::{Error, Result};
use serde::{Deserialize, Deserializer, de};
use time::{Date, Month};

/// The fund for the transformation of public action, its criteria, and its call FTAP-2018-2.
pub(super) struct Ftap {
    /// The fund.
    pub(super) fund: FtapFund,
    /// The titles of its criteria.
    pub(super) criteria: Vec<String>,
    /// The call.
    pub(super) call: FtapCall,
}

/// What was published of the fund.
#[derive(Deserialize)]
pub(super) struct FtapFund {
    /// Its name.
    pub(super) name: String,
    /// Its code.
    pub(super) code: String,
    /// The envelope, in euros.
    pub(super) envelope: i64,
    /// First day.
    #[serde(deserialize_with = "date")]
    pub(super) starts_on: Date,
    /// Last day.
    #[serde(deserialize_with = "date")]
    pub(super) ends_on: Date,
    /// Least grant to a central administration, in euros.
    pub(super) grant_minimum_central: i64,
    /// Least grant to a territorial service, in euros.
    pub(super) grant_minimum_territorial: i64,
    /// Largest grant, in euros.
    pub(super) grant_maximum: i64,
}

/// What was published of the call.
#[derive(Deserialize)]
pub(super) struct FtapCall {
    /// Its code.
    pub(super) code: String,
    /// The day it opened.
    #[serde(deserialize_with = "date")]
    pub(super) opened_on: Date,
    /// The day its laureates were announced.
    #[serde(deserialize_with = "date")]
    pub(super) announced_on: Date,
    /// How many applied.
    pub(super) applications: usize,
    /// What the projects cost together, in euros.
    pub(super) total_cost: i64,
    /// What was requested in all, in euros.
    pub(super) requested: i64,
    /// How many were retained.
    pub(super) laureates: usize,
    /// What they were awarded in all, in euros.
    pub(super) awarded: i64,
    /// Who applied, by kind.
    pub(super) applicants: Applicants,
    /// Laureates that were named.
    pub(super) named_projects: Vec<NamedProject>,
}

/// How many bodies of each kind applied.
#[derive(Clone, Copy, Deserialize)]
pub(super) struct Applicants {
    /// Ministries.
    pub(super) ministries: usize,
    /// Operators of the State.
    pub(super) operators: usize,
    /// Deconcentrated services of the State.
    pub(super) deconcentrated_services: usize,
}

/// A laureate that was named.
#[derive(Clone, Deserialize)]
pub(super) struct NamedProject {
    /// Its name.
    pub(super) name: String,
    /// Who leads it.
    pub(super) lead: Option<String>,
    /// Who takes part.
    pub(super) partner: Option<String>,
    /// What it is about.
    pub(super) summary: Option<String>,
}

/// The digital transition fund of the investment programme for the future.
#[derive(Deserialize)]
pub(super) struct Pia {
    /// The fund, with its programmes.
    pub(super) fund: PiaFund,
}

/// What was published of the fund.
#[derive(Deserialize)]
pub(super) struct PiaFund {
    /// Its name.
    pub(super) name: String,
    /// Its code.
    pub(super) code: String,
    /// The envelope at first, in euros.
    pub(super) envelope_original: i64,
    /// The envelope after the cut, in euros.
    pub(super) envelope_after_redeployment: i64,
    /// The day it was announced.
    #[serde(deserialize_with = "date")]
    pub(super) announced_on: Date,
    /// First day.
    #[serde(deserialize_with = "date")]
    pub(super) starts_on: Date,
    /// Names of its programmes.
    pub(super) programmes: Vec<String>,
}

/// The prize for digital public services.
#[derive(Deserialize)]
pub(super) struct CasDOr {
    /// How many sat on the jury.
    pub(super) jury_members: u32,
    /// The special prizes.
    pub(super) distinctions: Vec<Distinction>,
    /// The categories, with their laureates.
    pub(super) lots: Vec<Lot>,
}

/// A special prize.
#[derive(Deserialize)]
pub(super) struct Distinction {
    /// Its title.
    pub(super) title: String,
    /// Who received it, together.
    pub(super) laureates: Vec<String>,
}

/// A category.
#[derive(Deserialize)]
pub(super) struct Lot {
    /// Its name.
    pub(super) name: String,
    /// Who won it, together.
    pub(super) laureates: Vec<String>,
}

/// Reads what was published of the FTAP.
pub(super) fn ftap() -> Result<Ftap> {
    #[derive(Deserialize)]
    struct File {
        fund: FtapFund,
        criteria: Vec<Criterion>,
        // Of the other calls less was published.
        calls: Vec<toml::Table>,
    }
    #[derive(Deserialize)]
    struct Criterion {
        fr: String,
    }
    let file: File = read(include_str!("../../demo/ftap.toml"))?;
    let is_the_one = |call: &toml::Table| call.get("code").and_then(toml::Value::as_str) == Some("FTAP-2018-2");
    let call = file.calls.into_iter().find(is_the_one);
    let call = call.ok_or_else(|| Error::internal("the facts lack the call FTAP-2018-2"))?;
    Ok(Ftap {
        fund: file.fund,
        criteria: file.criteria.into_iter().map(|criterion| criterion.fr).collect(),
        call: call.try_into().map_err(Error::internal)?,
    })
}

/// Reads what was published of the PIA.
pub(super) fn pia() -> Result<Pia> {
    read(include_str!("../../demo/pia.toml"))
}

/// Reads what was published of the Cas d'OR.
pub(super) fn cas_d_or() -> Result<CasDOr> {
    read(include_str!("../../demo/cas_d_or.toml"))
}

/// Reads a file of the demonstration.
pub(super) fn read<T: de::DeserializeOwned>(text: &str) -> Result<T> {
    toml::from_str(text).map_err(Error::internal)
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let read = toml::value::Datetime::deserialize(deserializer)?.date;
    let read = read.ok_or_else(|| de::Error::custom("a day is expected"))?;
    let month = Month::try_from(read.month).map_err(de::Error::custom)?;
    Date::from_calendar_date(i32::from(read.year), month, read.day).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn the_facts_are_the_published_ones() {
        let ftap = ftap().expect("the facts");
        assert_eq!((ftap.fund.envelope, ftap.criteria.len()), (700_000_000, 4));
        assert_eq!((ftap.call.applications, ftap.call.laureates), (61, 16));
        assert_eq!((ftap.call.requested, ftap.call.awarded), (300_000_000, 68_800_000));
        assert_eq!(ftap.call.announced_on, date!(2018 - 11 - 12));
        let pia = pia().expect("the facts").fund;
        let cut = pia.envelope_original - pia.envelope_after_redeployment;
        assert_eq!((pia.programmes.len(), cut), (9, 15_400_000));
        let cas_d_or = cas_d_or().expect("the facts");
        assert_eq!((cas_d_or.lots.len(), cas_d_or.distinctions.len()), (17, 5));
    }
}
