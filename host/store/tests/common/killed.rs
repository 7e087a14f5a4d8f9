//! A process that is killed while it records. What it was told is kept; what it was not told does no harm.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use chipcard::issuer::{
    ActivityStore, CardIndex, CardState, CardStateStore, CompromiseReport, Outcome,
};

use super::activity::{purchase, telling};
use super::{Random, card, sale};

/// Where a child finds what to record in, and which cards it has.
const STORE: &str = "CHIPCARD_TEST_CHILD_STORE";
const ROUND: &str = "CHIPCARD_TEST_CHILD_ROUND";
const THREADS: u64 = 3;
const CARDS_OF_A_THREAD: u64 = 2;
const CARDS: u64 = THREADS * CARDS_OF_A_THREAD;

fn transaction(card: u64, atc: u16) -> u64 {
    (card + 1) << 32 | u64::from(atc)
}

/// The child's store and round, in a process that is one.
pub(crate) fn child() -> Option<(String, u64)> {
    let round = std::env::var(ROUND).ok()?.parse().unwrap();
    Some((std::env::var(STORE).unwrap(), round))
}

/// This test program, to run its test `child` alone.
pub(crate) fn command(store: &str, round: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(STORE, store)
        .env(ROUND, round.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// Records until it is killed, or until the store fails; tells of every transaction after it was recorded.
pub(crate) fn record_for_ever<S>(store: &S, round: u64)
where
    S: CardStateStore<Error: std::fmt::Debug> + ActivityStore + Sync,
{
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for atc in 1..u16::MAX {
                    for own in 0..CARDS_OF_A_THREAD {
                        let number = round * CARDS + thread * CARDS_OF_A_THREAD + own;
                        let event = sale(transaction(number, atc), atc);
                        match store.record(&card(number), &event) {
                            Ok(recorded) => {
                                // A retransmission: the store lost its connection and tried again.
                                assert!(recorded.outcome != Outcome::Seen, "{recorded:?}");
                                let payment = purchase(event.at, event.transaction);
                                if store.watch(&card(number), &payment, &telling()).is_err() {
                                    return;
                                }
                                println!("recorded {number} {atc}");
                            }
                            Err(_) => return,
                        }
                    }
                }
            });
        }
    });
}

/// The last counter of each card of which a child told, until it dies: `end` lets it.
pub(crate) fn told(
    mut child: Command,
    end: impl FnOnce(&mut std::process::Child),
) -> BTreeMap<u64, u16> {
    let mut child = child.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let (first, told_first) = channel();
    let reader = thread::spawn(move || {
        let mut last = BTreeMap::new();
        // The last line may be torn.
        for line in lines.split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8(line).unwrap();
            let mut words = line.split(' ');
            if words.next() != Some("recorded") {
                continue;
            }
            let number = words.next().and_then(|word| word.parse().ok());
            let atc = words.next().and_then(|word| word.parse().ok());
            if let (Some(number), Some(atc)) = (number, atc) {
                last.insert(number, atc);
                let _ = first.send(());
            }
        }
        last
    });
    let recorded = told_first.recv_timeout(Duration::from_secs(60));
    assert!(recorded.is_ok(), "the child records nothing");
    end(&mut child);
    child.wait().unwrap();
    reader.join().unwrap()
}

/// Kills a child so often while it records, and looks at the store after each. Gives the number of transactions.
pub(crate) fn rounds<S>(
    store: &str,
    rounds: u64,
    open: impl Fn() -> S,
    state: impl Fn(&S, &CardIndex) -> CardState,
) -> u64
where
    S: CardStateStore<Error: std::fmt::Debug> + ActivityStore<Error: std::fmt::Debug>,
{
    let mut random = Random(0x5EED);
    let mut transactions = 0;
    for round in 0..rounds {
        let wait = Duration::from_micros(random.below(30_000));
        let last = told(command(store, round), |child| {
            thread::sleep(wait);
            // SIGKILL.
            child.kill().unwrap();
        });
        transactions += last.values().map(|atc| u64::from(*atc)).sum::<u64>();
        let opened = open();
        assert_kept(&opened, round, &last, &state);
        // Cards of an earlier round are as they were left.
        if let Some(earlier) = round.checked_sub(1) {
            let number = earlier * CARDS;
            let highest = state(&opened, &card(number)).now.highest;
            let replay = sale(u64::MAX, highest);
            assert_eq!(
                opened.record(&card(number), &replay).unwrap().outcome,
                Outcome::Seen
            );
        }
    }
    transactions
}

/// That all that was told is in the store, and nothing else but, of each card, the transaction that was on its way.
pub(crate) fn assert_kept<S>(
    store: &S,
    round: u64,
    told: &BTreeMap<u64, u16>,
    state: impl Fn(&S, &CardIndex) -> CardState,
) where
    S: CardStateStore<Error: std::fmt::Debug> + ActivityStore<Error: std::fmt::Debug>,
{
    for number in round * CARDS..(round + 1) * CARDS {
        let last = told.get(&number).copied().unwrap_or(0);
        let name = |atc| transaction(number, atc);
        if last > 0 {
            // The last payment that was told of is remembered, and where it was.
            let event = sale(name(last), last);
            let payment = purchase(event.at, event.transaction);
            let noticed = store.watch(&card(number), &payment, &telling()).unwrap();
            assert_eq!(noticed.cash_outs, last.min(9) as u8, "round {round}");
            let report = CompromiseReport { since: event.at };
            let shops = store.report_compromised(&card(number), &report);
            assert_eq!(shops.unwrap(), 1, "round {round}");
        }
        assert_card_kept(store, &card(number), last, name, &state, round);
    }
}

/// The same for one card, of whose counters all up to the last were told.
pub(crate) fn assert_card_kept<S>(
    store: &S,
    index: &CardIndex,
    last: u16,
    name: impl Fn(u16) -> u64,
    state: impl Fn(&S, &CardIndex) -> CardState,
    round: u64,
) where
    S: CardStateStore<Error: std::fmt::Debug>,
{
    let honest = |atc| sale(name(atc), atc);
    // The transaction that was on its way is tried again, as a host does: no honest card is locked out.
    let outcome = store.record(index, &honest(last + 1)).unwrap().outcome;
    assert!(
        matches!(outcome, Outcome::New | Outcome::Retransmission),
        "round {round}: {outcome:?}"
    );
    let mut model = CardState::default();
    for atc in 1..=last + 1 {
        model.apply(&honest(atc));
    }
    assert_eq!(state(store, index), model, "round {round}");
    // No replay passes.
    let window = last.saturating_sub(3).max(1)..=last;
    for atc in window.chain([1]) {
        let replay = store.record(index, &sale(u64::MAX, atc)).unwrap();
        assert!(
            matches!(replay.outcome, Outcome::Seen | Outcome::Old),
            "round {round}: {replay:?}"
        );
    }
    let next = store.record(index, &honest(last + 2)).unwrap();
    assert_eq!(next.outcome, Outcome::New);
}
