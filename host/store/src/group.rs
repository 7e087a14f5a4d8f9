//! Group commit: many callers, one commit.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use crate::error::{Kind, StoreError};

/// Questions that one commit answers at most, so that the first of them does not wait for long.
const LARGEST_GROUP: usize = 1024;

/// A thread that answers questions in groups.
///
/// While one group is written to the disk, the questions that come form the next: the more callers, the larger the
/// groups, without a timer. An answer is given after its group is on the disk, never before.
#[derive(Debug)]
pub(crate) struct GroupCommit<Q, A> {
    /// `None` while it ends.
    queue: Option<Sender<Job<Q, A>>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Job<Q, A> {
    question: Q,
    answer: SyncSender<Result<A, StoreError>>,
}

impl<Q: Send + 'static, A: Send + 'static> GroupCommit<Q, A> {
    /// With a function that answers all questions, in their order, and commits; when it fails, none is answered.
    pub(crate) fn start(
        commit: impl FnMut(&[Q]) -> Result<Vec<A>, StoreError> + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = channel();
        let thread = thread::Builder::new()
            .name("chipcard-commit".to_owned())
            .spawn(move || serve(&jobs, commit))
            .map_err(|error| StoreError::because(Kind::Unavailable, &error))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Waits for the answer.
    pub(crate) fn ask(&self, question: Q) -> Result<A, StoreError> {
        let (answer, given) = sync_channel(1);
        let job = Job { question, answer };
        let gone = || StoreError::new(Kind::Unavailable, "its thread has ended");
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(job).map_err(|_| gone())?;
        given.recv().map_err(|_| gone())?
    }
}

impl<Q, A> Drop for GroupCommit<Q, A> {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told so already.
            let _ = thread.join();
        }
    }
}

fn serve<Q, A>(
    jobs: &Receiver<Job<Q, A>>,
    mut commit: impl FnMut(&[Q]) -> Result<Vec<A>, StoreError>,
) {
    let mut questions = Vec::new();
    let mut waiting = Vec::new();
    while let Ok(first) = jobs.recv() {
        let more = jobs.try_iter().take(LARGEST_GROUP - 1);
        for job in std::iter::once(first).chain(more) {
            questions.push(job.question);
            waiting.push(job.answer);
        }
        match commit(&questions) {
            Ok(answers) => {
                for (caller, answer) in waiting.drain(..).zip(answers) {
                    // A caller that went away is not told.
                    let _ = caller.send(Ok(answer));
                }
            }
            Err(error) => {
                for caller in waiting.drain(..) {
                    let _ = caller.send(Err(error.clone()));
                }
            }
        }
        questions.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn many_callers_share_a_commit_and_each_has_its_own_answer() {
        let commits = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&commits);
        let group = GroupCommit::start(move |questions: &[u32]| {
            seen.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(20));
            Ok(questions.iter().map(|question| question * 2).collect())
        })
        .unwrap();
        thread::scope(|scope| {
            for caller in 0..50 {
                let group = &group;
                scope.spawn(move || assert_eq!(group.ask(caller).unwrap(), caller * 2));
            }
        });
        assert!(commits.load(Ordering::Relaxed) < 50);
    }

    #[test]
    fn a_commit_that_fails_answers_nobody() {
        let group = GroupCommit::start(|_: &[u32]| -> Result<Vec<()>, _> {
            Err(StoreError::new(Kind::Unavailable, "the disk is full"))
        })
        .unwrap();
        assert_eq!(group.ask(1).unwrap_err().kind(), Kind::Unavailable);
    }
}
