//! Contact transactions as fast as they go: a card, as much of a terminal as it needs, and its issuer, in one thread each.
//!
//! Each transaction is complete: SELECT, GET PROCESSING OPTIONS, the records of the file locator, the first GENERATE AC, the issuer
//! who verifies the ARQC and signs an approval, EXTERNAL AUTHENTICATE where the card has it, and the second GENERATE AC, which must
//! give a TC. Amount, date and unpredictable number change from one to the next; there are no public keys in it.

mod lane;

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use chipcard::card::test_cards::TestCard;
use serde::Serialize;

use crate::failure::Failure;
use lane::Lane;

/// How long to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Until this time has passed.
    Time(Duration),
    /// Until each thread has made so many.
    Count(u64),
}

/// What came of it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Report {
    /// Name of the test card.
    pub card: &'static str,
    /// Threads, each with a card of its own.
    pub threads: usize,
    /// Transactions, all of them approved.
    pub transactions: u64,
    /// Commands that the cards answered.
    pub commands: u64,
    /// From the first to the last, in seconds.
    pub seconds: f64,
    /// Transactions a second, by the clock.
    pub per_second: f64,
    /// Transactions a second of processor time, which other work on the machine does not change much; where the system tells it.
    pub per_core_second: Option<f64>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} transactions ({} commands), all approved, in {:.2} s on {} threads: {:.0} a second",
            self.card,
            self.transactions,
            self.commands,
            self.seconds,
            self.threads,
            self.per_second
        )?;
        match self.per_core_second {
            Some(rate) => write!(f, ", {rate:.0} a second of processor time"),
            None => Ok(()),
        }
    }
}

/// What one thread did.
struct Share {
    transactions: u64,
    commands: u64,
    processor_time: Option<Duration>,
}

/// Runs transactions with a test card on so many threads.
///
/// # Errors
/// When an answer of the card or of the issuer is not as it must be, with the command that was to blame.
pub fn run(test: &'static TestCard, threads: usize, until: Until) -> Result<Report, Failure> {
    let begin = Instant::now();
    let shares: Result<Vec<Share>, Failure> = thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|number| scope.spawn(move || share(test, number, begin, until)))
            .collect();
        handles
            .into_iter()
            .map(|handle| {
                let joined = handle.join();
                joined.unwrap_or_else(|_| Err(Failure::new("a thread has panicked")))
            })
            .collect()
    });
    let seconds = begin.elapsed().as_secs_f64();
    let shares = shares?;
    let transactions: u64 = shares.iter().map(|share| share.transactions).sum();
    let processor_time: Option<Duration> = shares.iter().map(|share| share.processor_time).sum();
    Ok(Report {
        card: test.name,
        threads,
        transactions,
        commands: shares.iter().map(|share| share.commands).sum(),
        seconds,
        per_second: transactions as f64 / seconds,
        per_core_second: processor_time
            .map(|time| transactions as f64 / time.as_secs_f64())
            .filter(|rate| rate.is_finite()),
    })
}

/// Transactions between two looks at the clock.
const BATCH: u64 = 64;

fn share(
    test: &'static TestCard,
    number: usize,
    begin: Instant,
    until: Until,
) -> Result<Share, Failure> {
    let mut lane = Lane::new(test, number)?;
    let before = processor_time();
    let mut transactions = 0;
    loop {
        let batch = match until {
            Until::Time(limit) if begin.elapsed() >= limit => break,
            Until::Time(_) => BATCH,
            Until::Count(count) if transactions == count => break,
            Until::Count(count) => BATCH.min(count - transactions),
        };
        for _ in 0..batch {
            lane.transact()?;
        }
        transactions += batch;
    }
    let after = processor_time();
    Ok(Share {
        transactions,
        commands: lane.commands(),
        processor_time: before
            .zip(after)
            .map(|(before, after)| after.saturating_sub(before)),
    })
}

/// Processor time of this thread, where the system is Linux.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
