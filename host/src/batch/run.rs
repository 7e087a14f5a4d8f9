//! A run: blocks to workers, what they come to back in the order of the file.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chipcard::Issuer;
use chipcard::issuer::CryptogramEngine;

use crate::batch::Counts;
use crate::batch::failed::FailedFile;
use crate::batch::input::{Input, Position};
use crate::batch::progress::{Progress, Terminal};
use crate::batch::state::StateFile;
use crate::batch::worker::{Outcome, Plan, Worker};
use crate::failure::Failure;

/// Between two looks at the progress.
const TICK: Duration = Duration::from_millis(200);

/// What has been done, in the order of the file.
pub(super) struct Ledger {
    pub(super) counts: Counts,
    pub(super) position: Position,
    pub(super) failed: Option<FailedFile>,
    pub(super) state: Option<StateFile>,
    /// Time between two writes of the state file.
    pub(super) checkpoint: Duration,
    /// Time of the earlier parts of this run.
    pub(super) before: Duration,
    pub(super) started: Instant,
    pub(super) saved: Instant,
}

impl Ledger {
    pub(super) fn elapsed(&self) -> Duration {
        self.before + self.started.elapsed()
    }

    fn enter(&mut self, position: Position, outcome: &Outcome) -> Result<(), Failure> {
        self.counts.merge(&outcome.counts);
        self.position = position;
        if let Some(failed) = &mut self.failed {
            failed.append(&outcome.failed)?;
        }
        if self.state.is_some() && self.saved.elapsed() >= self.checkpoint {
            self.save(false)?;
        }
        Ok(())
    }

    /// Brings the failed rows to the disk, and then the state that counts them.
    pub(super) fn save(&mut self, complete: bool) -> Result<(), Failure> {
        let length = self.failed.as_mut().map_or(Ok(0), FailedFile::sync)?;
        if let Some(state) = &self.state {
            let elapsed = self.before + self.started.elapsed();
            state.save(self.position, &self.counts, length, elapsed, complete)?;
        }
        self.saved = Instant::now();
        Ok(())
    }
}

/// What workers take from: the input, and the number of the next block.
struct Feed<I> {
    input: I,
    sequence: u64,
}

/// What workers give to.
struct Sink {
    ledger: Ledger,
    /// Number of the block that is entered next.
    expected: u64,
    /// Blocks that were done before their turn.
    early: BTreeMap<u64, (Position, Outcome)>,
    failure: Option<Failure>,
    /// Workers that have not ended.
    working: usize,
}

impl Sink {
    fn deliver(&mut self, sequence: u64, position: Position, outcome: Outcome) {
        self.early.insert(sequence, (position, outcome));
        while let Some((position, outcome)) = self.early.remove(&self.expected) {
            self.expected += 1;
            if let Err(failure) = self.ledger.enter(position, &outcome) {
                self.failure.get_or_insert(failure);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Floor<I> {
    feed: Mutex<Feed<I>>,
    sink: Mutex<Sink>,
    /// Signalled when a block was entered.
    entered: Condvar,
    /// Signalled when the last worker ends.
    ended: Condvar,
    stop: AtomicBool,
    /// Blocks that may wait for their turn, which bounds memory when one block takes long.
    most_early: usize,
}

impl<I: Input> Floor<I> {
    fn take(&self, block: &mut I::Block) -> Option<(u64, Position)> {
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        let mut feed = lock(&self.feed);
        match feed.input.next(block) {
            Ok(position) => {
                let sequence = feed.sequence;
                feed.sequence += 1;
                position.map(|position| (sequence, position))
            }
            Err(failure) => {
                drop(feed);
                lock(&self.sink).failure.get_or_insert(failure);
                self.halt();
                None
            }
        }
    }

    fn give(&self, sequence: u64, position: Position, outcome: Outcome) {
        let mut sink = lock(&self.sink);
        sink.deliver(sequence, position, outcome);
        if sink.failure.is_some() {
            self.halt();
        }
        self.entered.notify_all();
        while sink.early.len() > self.most_early && !self.stop.load(Ordering::Relaxed) {
            sink = self
                .entered
                .wait(sink)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn halt(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.entered.notify_all();
    }

    /// Waits until no worker works, but no longer than a tick; returns the sink then.
    fn watch(&self) -> MutexGuard<'_, Sink> {
        let sink = lock(&self.sink);
        let waited = self
            .ended
            .wait_timeout_while(sink, TICK, |sink| sink.working > 0);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// A worker's place on the floor, until it ends, in whatever way.
struct AtWork<'f, I>(&'f Floor<I>);

impl<I> Drop for AtWork<'_, I> {
    fn drop(&mut self) {
        let mut sink = lock(&self.0.sink);
        sink.working -= 1;
        if sink.working == 0 {
            self.0.ended.notify_all();
        }
    }
}

/// Verifies all blocks of `input` with so many workers, each of which reads blocks with a function of its own.
///
/// `part` tells how much of the whole lies before a position, where the whole is known.
pub(super) fn run<I, E, R>(
    input: I,
    ledger: Ledger,
    plan: &Plan<'_>,
    issuer: &Issuer<E>,
    threads: usize,
    reader: impl Fn() -> R + Sync,
    part: impl Fn(Position) -> Option<f64>,
) -> Result<Ledger, Failure>
where
    I: Input,
    E: CryptogramEngine + Sync,
    R: FnMut(&I::Block, &mut Worker<'_, '_, E>),
{
    let (first_rows, first_part) = (ledger.counts.rows, part(ledger.position));
    let threads = threads.max(1);
    let floor = Floor {
        feed: Mutex::new(Feed { input, sequence: 0 }),
        sink: Mutex::new(Sink {
            ledger,
            expected: 0,
            early: BTreeMap::new(),
            failure: None,
            working: threads,
        }),
        entered: Condvar::new(),
        ended: Condvar::new(),
        stop: AtomicBool::new(false),
        most_early: 8 * threads,
    };
    let terminal = Terminal::new();
    thread::scope(|scope| {
        let work = || {
            let _at_work = AtWork(&floor);
            let mut worker = Worker::new(plan, issuer);
            let (mut read, mut block) = (reader(), I::Block::default());
            while let Some((sequence, position)) = floor.take(&mut block) {
                read(&block, &mut worker);
                floor.give(sequence, position, worker.finish());
            }
        };
        for _ in 0..threads {
            scope.spawn(work);
        }
        loop {
            let sink = floor.watch();
            if sink.working == 0 {
                break;
            }
            let done = part(sink.ledger.position);
            let progress = Progress {
                rows: sink.ledger.counts.rows - first_rows,
                parts: first_part
                    .zip(done)
                    .map(|(first, done)| (done - first, done)),
                elapsed: sink.ledger.started.elapsed(),
            };
            drop(sink);
            terminal.show(progress);
        }
    });
    terminal.clear();
    let Sink {
        mut ledger,
        failure,
        ..
    } = floor
        .sink
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(failure) = failure {
        return Err(failure);
    }
    ledger.save(true)?;
    Ok(ledger)
}
