//! One command in a transaction that it may share with others: in a savepoint of its own, so that its refusal undoes
//! what it did and nothing else.

use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::oneshot;

use super::{Command, Idempotency, Outcome, Start, Work, point::point};
use crate::{Actor, Error, Result};

/// Whether to do it or to say what it would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Do,
    Preview,
}

/// What became of an item in a transaction that is still open.
pub(super) enum Step {
    /// It has its answer, good once the transaction commits.
    Answered,
    /// The database asks to try it again: it left nothing behind, and the transaction goes on.
    Again(Error),
    /// The transaction is lost.
    Broken(Error),
}

/// A command that waits for its turn, whatever its type.
pub(super) trait Item: Send {
    /// Runs it in a transaction.
    fn run<'a>(&'a mut self, work: &'a mut Work) -> BoxFuture<'a, Step>;

    /// Whether nobody waits for its answer any longer.
    fn is_abandoned(&self) -> bool;

    /// Whether running it after it may have been committed does no harm.
    fn is_repeatable(&self) -> bool;

    /// Says that it may have been committed: the answer it then finds under its key is its own.
    fn doubt(&mut self);

    /// How many transfers it has posted, if its transaction commits.
    fn transfers(&self) -> usize;

    /// Tells the caller how it ended: as it answered, or with the error that undid it.
    fn settle(&mut self, failure: Option<Error>);
}

/// A command of an actor, who waits for the answer.
pub(super) struct Asked<C: Command> {
    actor: Actor,
    command: C,
    idempotency: Option<Idempotency>,
    mode: Mode,
    answer: Option<Result<Outcome<C::Output>>>,
    /// Whether it may have been committed, with nobody told so.
    doubtful: bool,
    caller: Option<oneshot::Sender<Result<Outcome<C::Output>>>>,
}

impl<C: Command> Asked<C> {
    /// The item, and where its answer will come.
    pub(super) fn new(
        actor: Actor,
        command: C,
        idempotency: Option<Idempotency>,
        mode: Mode,
    ) -> (Self, oneshot::Receiver<Result<Outcome<C::Output>>>) {
        let (caller, answer) = oneshot::channel();
        let item = Self {
            actor,
            command,
            idempotency: idempotency.filter(|_| mode == Mode::Do),
            mode,
            answer: None,
            doubtful: false,
            caller: Some(caller),
        };
        (item, answer)
    }

    /// Runs the command from its savepoint; when this fails, the savepoint may be gone.
    async fn attempt(&self, work: &mut Work, start: &Start) -> Result<Result<Outcome<C::Output>>> {
        if let Some(key) = &self.idempotency
            && let Some(stored) = key.stored(work).await?
        {
            let answer = stored.answer();
            return Ok(if self.doubtful { answer_at_last(answer) } else { answer });
        }
        point!("work::claimed");
        let command = AssertUnwindSafe(self.command.run(work)).catch_unwind();
        let result = match command.await {
            Ok(Ok(_)) if !work.recorded => Err(Error::internal("a command recorded no audit event")),
            Ok(result) => result,
            Err(_) => Err(Error::internal("a command panicked")),
        };
        // The transaction may be gone, as after a full disk: whoever started it finds out.
        if let Err(error @ (Error::Unavailable(_) | Error::Internal(_))) = result {
            return Err(error);
        }
        let postings = work.postings.clone();
        if result.is_err() || self.mode == Mode::Preview {
            work.undo(start).await?;
        }
        if let Some(key) = &self.idempotency {
            key.store(work, &result, &postings).await?;
        }
        point!("work::answered");
        Ok(result.map(|value| Outcome {
            value,
            postings,
            replayed: false,
            preview: self.mode == Mode::Preview,
        }))
    }

    async fn run_in(&mut self, work: &mut Work) -> Step {
        let start = match work.start(&self.actor).await {
            Ok(start) => start,
            Err(error) => return Step::Broken(error),
        };
        let answer = match self.attempt(work, &start).await {
            Ok(answer) => answer,
            Err(error) if error.is_transient() => Err(error),
            Err(error) => match work.undo(&start).await {
                Ok(()) => Err(error),
                Err(_) => return Step::Broken(error),
            },
        };
        match answer {
            // Nothing is left of it, and what others have done stays.
            Err(error) if error.is_transient() => match work.undo(&start).await {
                Ok(()) => Step::Again(error),
                Err(_) => Step::Broken(error),
            },
            answer => {
                self.answer = Some(answer);
                work.end().await.map_or_else(Step::Broken, |()| Step::Answered)
            }
        }
    }
}

impl<C: Command> Item for Asked<C> {
    fn run<'a>(&'a mut self, work: &'a mut Work) -> BoxFuture<'a, Step> {
        self.run_in(work).boxed()
    }

    fn is_abandoned(&self) -> bool {
        self.caller.as_ref().is_none_or(oneshot::Sender::is_closed)
    }

    fn is_repeatable(&self) -> bool {
        self.idempotency.is_some() || self.mode == Mode::Preview
    }

    fn doubt(&mut self) {
        self.doubtful = true;
    }

    fn transfers(&self) -> usize {
        match &self.answer {
            Some(Ok(outcome)) if !outcome.replayed && !outcome.preview => outcome.postings.len(),
            _ => 0,
        }
    }

    fn settle(&mut self, failure: Option<Error>) {
        let answer = match (failure, self.answer.take()) {
            (Some(error), _) => Err(error),
            (None, Some(answer)) => answer,
            (None, None) => Err(Error::internal("a command has no answer")),
        };
        if let Some(caller) = self.caller.take() {
            // Whoever hung up is not told; the change stands, and its key answers a repeat.
            drop(caller.send(answer));
        }
    }
}

/// A stored answer that nobody was given before.
fn answer_at_last<T>(answer: Result<Outcome<T>>) -> Result<Outcome<T>> {
    match answer {
        Ok(outcome) => Ok(Outcome {
            replayed: false,
            ..outcome
        }),
        Err(Error::Refused(mut refusals)) => {
            for refusal in &mut refusals {
                refusal.replayed = false;
            }
            Err(Error::Refused(refusals))
        }
        other => other,
    }
}
