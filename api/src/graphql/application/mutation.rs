//! The application part of `Mutation`.

use async_graphql::{Context, Object};
use domain::application::commands::WithdrawApplication;
use domain::application::queries;

use super::input::{CreateApplicationInput, SaveApplicationInput, SubmitApplicationInput, WithdrawApplicationInput};
use super::object::{Application, Submission};
use crate::graphql::context::RequestContext;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::mutation::{self, payload};

/// Mutations of applications.
#[derive(Default)]
pub struct ApplicationMutation;

#[Object]
impl ApplicationMutation {
    /// Begins an application to a call that is open, or announced. For owners and editors of the lead organisation.
    async fn create_application(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The application to begin.")] input: CreateApplicationInput,
    ) -> Nullable<CreateApplicationPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            let application = Application::from(ctx.loaders().one(done.value).await?);
            Ok(CreateApplicationPayload {
                application: Some(application),
                ..Default::default()
            })
        })
        .await
    }

    /// Saves a draft. If somebody else saved it since `revision`, nothing is overwritten: the reason is `CONFLICT`, and
    /// `details.currentRevision` says which revision to read.
    async fn save_application(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole draft.")] input: SaveApplicationInput,
    ) -> Nullable<SaveApplicationPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            let application = Application::from(ctx.loaders().one(done.value).await?);
            Ok(SaveApplicationPayload {
                application: Some(application),
                ..Default::default()
            })
        })
        .await
    }

    /// Submits an application, at the server's clock: complete, in time and within the rules of the call, or refused
    /// with every reason at once. What is submitted is kept unchanged.
    async fn submit_application(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to submit.")] input: SubmitApplicationInput,
    ) -> Nullable<SubmitApplicationPayload> {
        let command = input.command();
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            let submission = queries::submission(ctx.database(), ctx.actor(), done.value).await?;
            let application = Application::from(ctx.loaders().one(submission.application_id).await?);
            Ok(SubmitApplicationPayload {
                application: Some(application),
                submission: Some(Submission::from(submission)),
                ..Default::default()
            })
        })
        .await
    }

    /// Takes an application back, at any time before its agreement is signed. For owners and editors of its lead
    /// organisation.
    async fn withdraw_application(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to withdraw.")] input: WithdrawApplicationInput,
    ) -> Nullable<WithdrawApplicationPayload> {
        let command = id::parse(&input.application_id).map(|application_id| WithdrawApplication { application_id });
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            let application = Application::from(ctx.loaders().one(done.value).await?);
            Ok(WithdrawApplicationPayload {
                application: Some(application),
                ..Default::default()
            })
        })
        .await
    }
}

payload! {
    /// What `createApplication` did.
    pub struct CreateApplicationPayload {
        /// The application, a draft; null when refused.
        application: Application,
    }
}

payload! {
    /// What `saveApplication` did.
    pub struct SaveApplicationPayload {
        /// The application, at its new revision; null when refused.
        application: Application,
    }
}

payload! {
    /// What `submitApplication` did.
    pub struct SubmitApplicationPayload {
        /// The application, submitted; null when refused.
        application: Application,
        /// The receipt; null when refused.
        submission: Submission,
    }
}

payload! {
    /// What `withdrawApplication` did.
    pub struct WithdrawApplicationPayload {
        /// The application, withdrawn; null when refused.
        application: Application,
    }
}
