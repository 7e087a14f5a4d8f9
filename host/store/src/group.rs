//! Group commit: many callers, one commit.

use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Questions that one commit answers at most, so that the first of them does not wait for long.
const LARGEST_GROUP: usize = 1024;
/// What part of a commit's time the next one waits for the callers that were just answered.
const GATHERING: u32 = 8;
/// How often it looks for them.
const LOOKS: u32 = 8;
/// The shortest time to sleep: systems wake a thread no sooner.
const SHORTEST_SLEEP: Duration = Duration::from_micros(20);

/// A thread that answers questions in groups.
///
/// While one group is written to the disk, the questions that come form the next. A caller that was answered often asks again
/// soon: where as many as were answered are not back yet, the next group waits for them, for an eighth of the time that a
/// commit takes at most; so callers do not fall into two halves, each of which waits for the other's commit. An answer is given
/// after its group is on the disk, never before.
#[derive(Debug)]
pub(crate) struct GroupCommit<Q, A, E> {
    /// `None` while it ends.
    queue: Option<Sender<Job<Q, A, E>>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Job<Q, A, E> {
    question: Q,
    answer: SyncSender<Result<A, E>>,
}

impl<Q, A, E> GroupCommit<Q, A, E>
where
    Q: Send + 'static,
    A: Send + 'static,
    E: Clone + Send + 'static,
{
    /// With a function that answers all questions, in their order, and commits; when it fails, none is answered.
    pub(crate) fn start(
        commit: impl FnMut(&[Q]) -> Result<Vec<A>, E> + Send + 'static,
    ) -> io::Result<Self> {
        let (queue, jobs) = channel();
        let thread = thread::Builder::new()
            .name("chipcard-commit".to_owned())
            .spawn(move || serve(&jobs, commit))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Waits for the answer; `None` when the thread has ended.
    pub(crate) fn ask(&self, question: Q) -> Option<Result<A, E>> {
        let (answer, given) = sync_channel(1);
        let job = Job { question, answer };
        self.queue.as_ref()?.send(job).ok()?;
        given.recv().ok()
    }
}

impl<Q, A, E> Drop for GroupCommit<Q, A, E> {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told so already.
            let _ = thread.join();
        }
    }
}

/// The questions of the next commit, and who waits for the answers.
struct Group<'a, Q, A, E> {
    jobs: &'a Receiver<Job<Q, A, E>>,
    questions: Vec<Q>,
    waiting: Vec<SyncSender<Result<A, E>>>,
}

impl<Q, A, E> Group<'_, Q, A, E> {
    fn add(&mut self, job: Job<Q, A, E>) {
        self.questions.push(job.question);
        self.waiting.push(job.answer);
    }

    /// Takes what is there already.
    fn drain(&mut self) {
        let jobs = self.jobs;
        for job in jobs
            .try_iter()
            .take(LARGEST_GROUP.saturating_sub(self.questions.len()))
        {
            self.add(job);
        }
    }

    /// Waits for so many, but no longer than this.
    fn gather(&mut self, expected: usize, time: Duration) {
        let expected = expected.min(LARGEST_GROUP);
        let sleep = time / LOOKS;
        if sleep < SHORTEST_SLEEP {
            return;
        }
        let start = Instant::now();
        while self.questions.len() < expected && start.elapsed() < time {
            thread::sleep(sleep);
            self.drain();
        }
    }
}

fn serve<Q, A, E: Clone>(
    jobs: &Receiver<Job<Q, A, E>>,
    mut commit: impl FnMut(&[Q]) -> Result<Vec<A>, E>,
) {
    let mut group = Group {
        jobs,
        questions: Vec::new(),
        waiting: Vec::new(),
    };
    let mut expected = 0;
    let mut time = Duration::ZERO;
    loop {
        if group.questions.is_empty() {
            let Ok(first) = jobs.recv() else {
                return;
            };
            group.add(first);
        }
        group.drain();
        group.gather(expected, time);
        let start = Instant::now();
        let answers = commit(&group.questions);
        time = start.elapsed() / GATHERING;
        let answered = group.waiting.len();
        match answers {
            Ok(answers) => {
                for (caller, answer) in group.waiting.drain(..).zip(answers) {
                    // A caller that went away is not told.
                    let _ = caller.send(Ok(answer));
                }
            }
            Err(error) => {
                for caller in group.waiting.drain(..) {
                    let _ = caller.send(Err(error.clone()));
                }
            }
        }
        group.questions.clear();
        // Those that came meanwhile, and those that were answered.
        group.drain();
        expected = answered + group.questions.len();
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
            Ok::<_, ()>(questions.iter().map(|question| question * 2).collect())
        })
        .unwrap();
        thread::scope(|scope| {
            for caller in 0..50 {
                let group = &group;
                scope.spawn(move || assert_eq!(group.ask(caller), Some(Ok(caller * 2))));
            }
        });
        assert!(commits.load(Ordering::Relaxed) < 50);
    }

    /// Callers that were answered and come back while the next group gathers are in it; it does not wait for ever for one that
    /// does not.
    #[test]
    fn callers_that_come_back_are_waited_for() {
        let (queue, jobs) = channel();
        let mut group = Group {
            jobs: &jobs,
            questions: Vec::new(),
            waiting: Vec::new(),
        };
        let come = |question: u32| {
            let (answer, _) = sync_channel::<Result<(), ()>>(1);
            queue.send(Job { question, answer }).unwrap();
        };
        thread::scope(|scope| {
            scope.spawn(|| (0..8).for_each(come));
            // Far more time than they need.
            group.gather(8, Duration::from_secs(8));
        });
        assert_eq!(group.questions, (0..8).collect::<Vec<_>>());
        group.gather(9, Duration::from_millis(8));
        assert_eq!(group.questions.len(), 8);
    }

    #[test]
    fn a_commit_that_fails_answers_nobody() {
        let group = GroupCommit::start(|_: &[u32]| Err::<Vec<()>, _>("the disk is full")).unwrap();
        assert_eq!(group.ask(1), Some(Err("the disk is full")));
    }
}
