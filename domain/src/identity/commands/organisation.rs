//! Organisations.

use entity::value::{IdentifierScheme, MembershipId, MembershipRole, NodeKind, OrganisationId, OrganisationKind};
use entity::{membership, organisation};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

use crate::error::{Code, Reasons, Refusal};
use crate::identity::rules;
use crate::work::Subject;
use crate::{Command, Error, Result, Work};

/// Records an organisation; whoever does becomes its owner.
#[derive(Clone, Debug)]
pub struct CreateOrganisation {
    /// Legal name.
    pub name: String,
    /// What sort of body it is.
    pub kind: OrganisationKind,
    /// Which register its identifier is from.
    pub scheme: IdentifierScheme,
    /// Its identifier there; spaces do not count.
    pub identifier: String,
    /// ISO 3166-2 code of the region it sits in, as `FR-IDF`.
    pub region: Option<String>,
    /// What is made up about it, in a demonstration.
    pub illustrative: Option<String>,
}

impl Command for CreateOrganisation {
    type Output = OrganisationId;

    async fn run(&self, work: &mut Work) -> Result<OrganisationId> {
        let user_id = work.actor.require_user()?;
        let mut reasons = Reasons::none();
        let name = reasons.text("name", &self.name, 200);
        let identifier = reasons.keep(rules::identifier(self.scheme, &self.identifier));
        let region = reasons.optional_text("region", self.region.as_deref().unwrap_or_default(), 6);
        reasons.finish()?;
        let organisation = organisation::ActiveModel {
            id: Set(OrganisationId::new()),
            name: Set(name),
            kind: Set(self.kind),
            scheme: Set(self.scheme),
            identifier: Set(identifier.unwrap_or_default()),
            region: Set(Some(region).filter(|region| !region.is_empty())),
            created_at: Set(work.now),
            illustrative: Set(self.illustrative.clone()),
        };
        let organisation = organisation
            .insert(work.txn())
            .await
            .map_err(|error| Error::or_duplicate(error, known))?;
        let subject = Subject::new(NodeKind::Organisation, organisation.id);
        work.record("organisation.create", subject, None, &organisation).await?;
        let membership = membership::ActiveModel {
            id: Set(MembershipId::new()),
            organisation_id: Set(organisation.id),
            user_id: Set(user_id),
            role: Set(MembershipRole::Owner),
            created_at: Set(work.now),
        };
        let membership = membership.insert(work.txn()).await?;
        let subject = Subject::new(NodeKind::Membership, membership.id);
        work.record("membership.create", subject, None, &membership).await?;
        Ok(organisation.id)
    }
}

fn known() -> Refusal {
    Refusal::new(
        Code::AlreadyExists,
        "This organisation is recorded already; ask one of its owners to add you.",
        "Cette organisation est déjà enregistrée ; demandez à l'un de ses responsables de vous ajouter.",
    )
    .at("identifier")
}
