//! Organisations before they are recorded: published ones, and ones that do not exist.

use entity::value::OrganisationKind;

use super::dice::Dice;
use super::names::Names;

/// An organisation before it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    /// Its name.
    pub(super) name: String,
    /// What sort of body it is.
    pub(super) kind: OrganisationKind,
    /// The region it sits in.
    pub(super) region: Option<String>,
    /// What is made up about it.
    pub(super) illustrative: &'static str,
}

impl Body {
    /// A body whose name was published.
    pub(super) fn published(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: kind_of(name),
            region: None,
            illustrative: "The SIRET and the kind are illustrative; the name is published.",
        }
    }

    /// A body that does not exist.
    pub(super) fn made_up(name: String, kind: OrganisationKind, names: &Names, dice: &mut Dice) -> Self {
        Self {
            name,
            kind,
            region: Some(names.region(dice)),
            illustrative: "This organisation is made up.",
        }
    }
}

/// The kind of a published body, as its name tells it; it was not published.
fn kind_of(name: &str) -> OrganisationKind {
    const OPERATORS: [&str; 6] = ["Radio France", "Office français", "Urssaf", "CEA", "CNAM", "Bpifrance"];
    const LOCAL: [&str; 4] = ["Département", "Région", "Communauté de communes", "Yzeure"];
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    if begins(&["Ministère", "Gouvernement"]) {
        OrganisationKind::Ministry
    } else if begins(&OPERATORS) {
        OrganisationKind::Operator
    } else if begins(&LOCAL) {
        OrganisationKind::LocalAuthority
    } else if begins(&["EMLyon", "MAIF", "Covid Tracker"]) {
        OrganisationKind::Other
    } else {
        OrganisationKind::Company
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_body_has_the_kind_its_name_tells() {
        for (name, kind) in [
            ("Ministère de l'Intérieur", OrganisationKind::Ministry),
            ("Radio France", OrganisationKind::Operator),
            (
                "Communauté de communes Maremne Adour Côte-Sud",
                OrganisationKind::LocalAuthority,
            ),
            ("Waze", OrganisationKind::Company),
        ] {
            assert_eq!(Body::published(name).kind, kind, "{name}");
        }
    }
}
