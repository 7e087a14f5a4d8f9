//! Group commit: many callers, one commit.

use std::collections::VecDeque;
use std::io;
use std::mem::take;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Questions that one commit answers at most, so that the first of them does not wait for long.
const LARGEST_GROUP: usize = 1024;
/// What part of a commit's time the next one waits for the callers that were just answered.
const GATHERING: u32 = 8;
/// The shortest time to wait: systems wake a thread no sooner.
const SHORTEST_WAIT: Duration = Duration::from_micros(20);

/// A thread that answers questions in groups.
///
/// While one group is written to the disk, the questions that come form the next. A caller that was answered often asks again
/// soon: where as many as were answered are not back yet, the next group waits for them, for an eighth of the time that a
/// commit takes at most; so callers do not fall into two halves, each of which waits for the other's commit. An answer is given
/// after its group is on the disk, never before, and to all of the group by one call of the system.
#[derive(Debug)]
pub(crate) struct GroupCommit<Q, A, E> {
    queue: Arc<Queue<Q, A, E>>,
    thread: Option<JoinHandle<()>>,
}

/// The answers of a group; `None`: there are none, for the thread has ended.
type Answers<A, E> = OnceLock<Option<Result<Vec<A>, E>>>;

#[derive(Debug)]
struct Group<Q, A, E> {
    questions: Vec<Q>,
    answers: Arc<Answers<A, E>>,
}

#[derive(Debug)]
struct Queue<Q, A, E> {
    line: Mutex<Line<Q, A, E>>,
    /// So many are there as the thread waits for, or it is to end.
    enough: Condvar,
}

#[derive(Debug)]
struct Line<Q, A, E> {
    /// The next groups; only the last one grows.
    groups: VecDeque<Group<Q, A, E>>,
    /// How many questions the thread waits for; 0: it does not wait.
    awaited: usize,
    over: bool,
}

impl<Q, A, E> Line<Q, A, E> {
    fn first(&self) -> usize {
        self.groups.front().map_or(0, |group| group.questions.len())
    }
}

impl<Q, A, E> Queue<Q, A, E> {
    fn new() -> Self {
        let line = Line {
            groups: VecDeque::new(),
            awaited: 0,
            over: false,
        };
        Self {
            line: Mutex::new(line),
            enough: Condvar::new(),
        }
    }

    fn line(&self) -> MutexGuard<'_, Line<Q, A, E>> {
        // Nothing that is done with it can panic half way.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a question into the last group; gives its place there, and where the answers will be.
    fn put(&self, question: Q) -> Option<(usize, Arc<Answers<A, E>>)> {
        let mut line = self.line();
        if line.over {
            return None;
        }
        let group = match line.groups.back_mut() {
            Some(group) if group.questions.len() < LARGEST_GROUP => group,
            _ => line.groups.push_back_mut(Group {
                questions: Vec::new(),
                answers: Arc::default(),
            }),
        };
        let place = group.questions.len();
        group.questions.push(question);
        let answers = Arc::clone(&group.answers);
        let enough = line.awaited != 0 && line.first() >= line.awaited;
        if enough {
            line.awaited = 0;
        }
        drop(line);
        if enough {
            self.enough.notify_one();
        }
        Some((place, answers))
    }

    /// Waits for a question, then for so many of them, but for these no longer than this. `None` when it is over.
    fn group(&self, expected: usize, time: Duration) -> Option<Group<Q, A, E>> {
        let mut line = self.line();
        while line.groups.is_empty() {
            if line.over {
                return None;
            }
            line.awaited = 1;
            line = self
                .enough
                .wait(line)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let start = Instant::now();
        let expected = expected.min(LARGEST_GROUP);
        while line.first() < expected {
            let left = time.saturating_sub(start.elapsed());
            if left < SHORTEST_WAIT {
                break;
            }
            line.awaited = expected;
            let woken = self.enough.wait_timeout(line, left);
            line = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        line.awaited = 0;
        line.groups.pop_front()
    }

    fn waiting(&self) -> usize {
        self.line().first()
    }

    /// Ends it: nobody is answered any more.
    fn end(&self) {
        let groups = {
            let mut line = self.line();
            line.over = true;
            take(&mut line.groups)
        };
        for group in groups {
            let _ = group.answers.set(None);
        }
    }
}

impl<Q, A, E> GroupCommit<Q, A, E>
where
    Q: Send + 'static,
    A: Clone + Send + Sync + 'static,
    E: Clone + Send + Sync + 'static,
{
    /// With a function that answers all questions, in their order, and commits; when it fails, none is answered.
    pub(crate) fn start(
        commit: impl FnMut(&[Q]) -> Result<Vec<A>, E> + Send + 'static,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::new());
        let own = Arc::clone(&queue);
        let thread = thread::Builder::new()
            .name("chipcard-commit".to_owned())
            .spawn(move || serve(&own, commit))?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }

    /// Waits for the answer; `None` when the thread has ended.
    pub(crate) fn ask(&self, question: Q) -> Option<Result<A, E>> {
        let (place, answers) = self.queue.put(question)?;
        match answers.wait().as_ref()? {
            Ok(answers) => answers.get(place).cloned().map(Ok),
            Err(error) => Some(Err(error.clone())),
        }
    }
}

impl<Q, A, E> Drop for GroupCommit<Q, A, E> {
    fn drop(&mut self) {
        // Nobody can be waiting, for whoever asks has it borrowed.
        self.queue.line().over = true;
        self.queue.enough.notify_one();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told so already.
            let _ = thread.join();
        }
    }
}

/// Lets nobody wait for a thread that has panicked.
struct Ending<'a, Q, A, E> {
    queue: &'a Queue<Q, A, E>,
    current: Option<Arc<Answers<A, E>>>,
}

impl<Q, A, E> Drop for Ending<'_, Q, A, E> {
    fn drop(&mut self) {
        self.queue.end();
        if let Some(answers) = &self.current {
            let _ = answers.set(None);
        }
    }
}

fn serve<Q, A, E>(queue: &Queue<Q, A, E>, mut commit: impl FnMut(&[Q]) -> Result<Vec<A>, E>) {
    let mut ending = Ending {
        queue,
        current: None,
    };
    let mut expected = 0;
    let mut time = Duration::ZERO;
    while let Some(group) = queue.group(expected, time) {
        let answers = &*ending.current.insert(group.answers);
        let start = Instant::now();
        let given = commit(&group.questions);
        time = start.elapsed() / GATHERING;
        let _ = answers.set(Some(given));
        // Those that came meanwhile, and those that were answered.
        expected = group.questions.len() + queue.waiting();
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
        let queue = Queue::<u32, (), ()>::new();
        let come = |question| {
            queue.put(question).unwrap();
        };
        let group = thread::scope(|scope| {
            scope.spawn(|| (0..8).for_each(come));
            // Far more time than they need.
            queue.group(8, Duration::from_secs(8)).unwrap()
        });
        assert_eq!(group.questions, (0..8).collect::<Vec<_>>());
        (0..8).for_each(come);
        let group = queue.group(9, Duration::from_millis(8)).unwrap();
        assert_eq!(group.questions.len(), 8);
    }

    /// More callers than a group has places are in two, each with its own answers.
    #[test]
    fn a_group_is_not_without_end() {
        let queue = Queue::<usize, (), ()>::new();
        for question in 0..LARGEST_GROUP + 5 {
            let (place, _) = queue.put(question).unwrap();
            assert_eq!(place, question % LARGEST_GROUP);
        }
        let next = || queue.group(0, Duration::ZERO).unwrap().questions.len();
        assert_eq!([next(), next()], [LARGEST_GROUP, 5]);
    }

    /// Whoever waits is told, and whoever asks later as well.
    #[test]
    fn a_commit_that_panics_leaves_nobody_waiting() {
        let group = GroupCommit::start(|questions: &[u32]| match questions {
            [] => Ok::<Vec<()>, ()>(Vec::new()),
            _ => panic!("as it is meant to"),
        })
        .unwrap();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(group.ask(1), None));
            }
        });
        assert_eq!(group.ask(2), None);
    }

    #[test]
    fn a_commit_that_fails_answers_nobody() {
        let group = GroupCommit::start(|_: &[u32]| Err::<Vec<()>, _>("the disk is full")).unwrap();
        assert_eq!(group.ask(1), Some(Err("the disk is full")));
    }
}
