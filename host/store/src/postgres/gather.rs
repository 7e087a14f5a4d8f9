//! Many callers, one statement.

use std::collections::HashSet;
use std::future::Future;
use std::hash::Hash;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Questions of one statement at most.
const LARGEST_GROUP: usize = 256;

/// A question, and who waits for the answer.
#[derive(Debug)]
pub(crate) struct Question<Q, A> {
    pub(crate) what: Q,
    pub(crate) answer: oneshot::Sender<A>,
}

impl<Q, A> Question<Q, A> {
    /// Answers it; a caller that went away is not told.
    pub(crate) fn answer(self, answer: A) {
        let _ = self.answer.send(answer);
    }
}

/// A task that lets questions be answered in groups, in which no name comes twice.
///
/// Some groups are on their way at once, because a server commits what several connections bring together. A question goes
/// at once where fewer are; else it goes with all that wait when one has come back. So few callers do not wait for each other,
/// and many share their statements.
#[derive(Debug)]
pub(crate) struct Gatherer<Q, A> {
    queue: UnboundedSender<Question<Q, A>>,
}

impl<Q: Send + 'static, A: Send + 'static> Gatherer<Q, A> {
    /// Starts the task in the runtime of the caller: at most so many groups are on their way at once, each for `limit` at most,
    /// and `take` answers all questions of one.
    pub(crate) fn start<N, F>(
        at_once: usize,
        limit: Duration,
        name: fn(&Q) -> N,
        take: impl Fn(Vec<Question<Q, A>>) -> F + Send + 'static,
    ) -> Self
    where
        N: Eq + Hash + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let (queue, questions) = unbounded_channel();
        let serving = Serving {
            questions,
            waiting: Vec::new(),
            flights: JoinSet::new(),
        };
        tokio::spawn(serving.serve(at_once, limit, name, take));
        Self { queue }
    }

    /// Whether its task has ended, with its runtime.
    pub(crate) fn is_over(&self) -> bool {
        self.queue.is_closed()
    }

    /// The answer comes through the channel, which breaks when there is none.
    pub(crate) fn ask(&self, what: Q) -> oneshot::Receiver<A> {
        let (answer, given) = oneshot::channel();
        let _ = self.queue.send(Question { what, answer });
        given
    }
}

struct Serving<Q, A> {
    questions: UnboundedReceiver<Question<Q, A>>,
    /// Those that are in no group yet.
    waiting: Vec<Question<Q, A>>,
    /// Groups on their way.
    flights: JoinSet<()>,
}

impl<Q: Send + 'static, A: Send + 'static> Serving<Q, A> {
    async fn serve<N, F>(
        mut self,
        at_once: usize,
        limit: Duration,
        name: fn(&Q) -> N,
        take: impl Fn(Vec<Question<Q, A>>) -> F + Send + 'static,
    ) where
        N: Eq + Hash + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        loop {
            if self.waiting.is_empty() {
                match self.questions.recv().await {
                    Some(first) => self.waiting.push(first),
                    None => break,
                }
            }
            while self.flights.try_join_next().is_some() {}
            while self.flights.len() >= at_once {
                self.flights.join_next().await;
            }
            self.drain();
            let group = self.group(name);
            if group.is_empty() {
                continue;
            }
            let flight = take(group);
            self.flights.spawn(async move {
                // Its callers have given up by then.
                let _ = timeout(limit, flight).await;
            });
        }
        // Whoever was asked before the end is answered.
        while self.flights.join_next().await.is_some() {}
    }

    fn drain(&mut self) {
        while let Ok(question) = self.questions.try_recv() {
            self.waiting.push(question);
        }
    }

    /// The next group; a name that is in it already waits, and who has given up is left out.
    fn group<N: Eq + Hash>(&mut self, name: fn(&Q) -> N) -> Vec<Question<Q, A>> {
        let mut names = HashSet::new();
        let mut group = Vec::new();
        let mut rest = Vec::new();
        for question in self.waiting.drain(..) {
            if question.answer.is_closed() {
                continue;
            }
            if group.len() < LARGEST_GROUP && names.insert(name(&question.what)) {
                group.push(question);
            } else {
                rest.push(question);
            }
        }
        self.waiting = rest;
        group
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::runtime::Builder;
    use tokio::time::sleep;

    use super::*;

    type Groups = Arc<Mutex<Vec<Vec<u32>>>>;

    /// Answers the square after 20 ms, and notes the group.
    fn squares(groups: &Groups) -> Gatherer<u32, u32> {
        let groups = Arc::clone(groups);
        let take = move |group: Vec<Question<u32, u32>>| {
            let groups = Arc::clone(&groups);
            async move {
                let numbers = group.iter().map(|question| question.what).collect();
                groups.lock().unwrap().push(numbers);
                sleep(Duration::from_millis(20)).await;
                for question in group {
                    let square = question.what * question.what;
                    question.answer(square);
                }
            }
        };
        Gatherer::start(1, Duration::from_secs(10), |number| *number, take)
    }

    fn run(test: impl Future<Output = ()>) {
        let runtime = Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(test);
    }

    #[test]
    fn what_comes_meanwhile_goes_together_and_no_name_twice() {
        run(async {
            let groups = Groups::default();
            let gatherer = squares(&groups);
            let first = gatherer.ask(1);
            sleep(Duration::from_millis(5)).await;
            let more = [2, 3, 2, 4].map(|number| gatherer.ask(number));
            assert_eq!(first.await, Ok(1));
            for (answer, expected) in more.into_iter().zip([4, 9, 4, 16]) {
                assert_eq!(answer.await, Ok(expected));
            }
            let groups = groups.lock().unwrap();
            assert_eq!(*groups, [vec![1], vec![2, 3, 4], vec![2]]);
        });
    }

    #[test]
    fn who_has_given_up_is_left_out() {
        run(async {
            let groups = Groups::default();
            let gatherer = squares(&groups);
            let first = gatherer.ask(1);
            sleep(Duration::from_millis(5)).await;
            drop(gatherer.ask(2));
            let third = gatherer.ask(3);
            assert_eq!((first.await, third.await), (Ok(1), Ok(9)));
            assert_eq!(*groups.lock().unwrap(), [vec![1], vec![3]]);
        });
    }

    #[test]
    fn a_group_that_hangs_holds_up_nobody() {
        run(async {
            let take = |group: Vec<Question<u32, ()>>| async move {
                for question in group {
                    if question.what == 1 {
                        std::future::pending::<()>().await;
                    }
                    question.answer(());
                }
            };
            let limit = Duration::from_millis(200);
            let gatherer = Gatherer::start(2, limit, |number: &u32| *number, take);
            let hangs = gatherer.ask(1);
            sleep(Duration::from_millis(5)).await;
            let second = gatherer.ask(2);
            assert!(timeout(Duration::from_millis(150), second).await.is_ok());
            // Its channel breaks when its time is over.
            assert!(hangs.await.is_err());
            assert_eq!(gatherer.ask(3).await, Ok(()));
        });
    }
}
