//! Whole judgements on durable stores: of one cryptogram that comes many times at once, one is approved.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../store/tests/common/mod.rs"]
mod common;
#[path = "../../tests/judge/mod.rs"]
mod judge;
#[path = "../../tests/test_card/mod.rs"]
mod test_card;

use std::fmt::Debug;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::issuer::{Assessment, AuthorisationRequest, CardStateStore, MemoryStore, Verdict};
use chipcard_store::RedbStore;

use common::{key, threads};
use judge::{Bench, Sale};

const COUNTERS: u16 = 25;

fn bench() -> Bench {
    Bench::new(&CryptogramVersion::VISA_18)
}

/// A sale of one of several that have the same cryptogram, at a terminal that is not known: one that draws the same number
/// again and again would be flagged.
fn sale(bench: &Bench, atc: u16, sender: u64) -> Sale {
    let sale = bench.sale().atc(atc).stan(&format!("{sender}{atc:05}"));
    sale.with(|request| request.terminal_id = None)
}

fn judged<T>(bench: &Bench, sale: &Sale, judge: impl FnOnce(&AuthorisationRequest<'_>) -> T) -> T {
    let de55 = sale.de55(&bench.card);
    let mut request: AuthorisationRequest<'_> = sale.request.clone();
    request.chip = de55.as_deref();
    request.stan = Some(&sale.stan);
    request.rrn = Some(&sale.stan);
    judge(&request)
}

fn assess<S>(store: &S, bench: &Bench, sale: &Sale) -> Assessment<'static>
where
    S: CardStateStore<Error: Debug>,
{
    judged(bench, sale, |request| {
        let assessment = bench.authoriser.assess(request, &bench.issued, store);
        assessment.unwrap()
    })
}

/// Eight hosts get the same cryptogram at the same moment; then each gets its own message again.
fn one_is_approved<S>(store: &S)
where
    S: CardStateStore<Error: Debug> + Sync,
{
    let bench = bench();
    let verdicts = threads::race(2 * usize::from(COUNTERS), |thread, step| {
        let sale = sale(&bench, step as u16 / 2 + 1, thread);
        assess(store, &bench, &sale).verdict
    });
    for twice in verdicts.chunks(2) {
        let [first, again] = twice else {
            panic!("an odd number of steps");
        };
        let approved = first.iter().filter(|verdict| **verdict == Verdict::Approve);
        assert_eq!(approved.count(), 1, "{first:?}");
        assert!(
            first
                .iter()
                .all(|verdict| matches!(verdict, Verdict::Approve | Verdict::Decline))
        );
        assert_eq!(first, again);
    }
}

#[test]
fn in_memory() {
    one_is_approved(&MemoryStore::new());
}

#[test]
fn in_a_file() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("store-judgement");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    one_is_approved(&RedbStore::init(&folder.join("cards.redb"), &key()).unwrap());
}

#[cfg(feature = "postgres")]
mod in_postgres {
    use chipcard::issuer::Verdict;
    use chipcard_store::PostgresStore;
    use tokio_postgres::NoTls;

    use super::common::postgres::{connect, database, init};
    use super::common::{key, killed, race};
    use super::{COUNTERS, assess, bench, judged, one_is_approved, sale};

    #[test]
    fn of_threads() {
        let Some(config) = database("judged") else {
            return;
        };
        one_is_approved(&init(&config));
    }

    /// Two processes get every cryptogram of a card.
    #[test]
    fn of_processes() {
        let Some(config) = database("judged_by_two") else {
            return;
        };
        drop(init(&config));
        race::run(config.get_dbname().unwrap(), COUNTERS);
    }

    /// The asynchronous way gives the same answers.
    #[test]
    fn without_threads_that_wait() {
        let Some(config) = database("judged_async") else {
            return;
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let store = runtime
            .block_on(PostgresStore::init(&config, NoTls, &key()))
            .unwrap();
        let bench = bench();
        let verdict = |sale| {
            judged(&bench, &sale, |request| {
                let assessment = store.assess(&bench.authoriser, request, &bench.issued);
                runtime.block_on(assessment).unwrap().verdict
            })
        };
        assert_eq!(verdict(sale(&bench, 1, 1)), Verdict::Approve);
        assert_eq!(verdict(sale(&bench, 1, 1)), Verdict::Approve);
        assert_eq!(verdict(sale(&bench, 1, 2)), Verdict::Decline);
    }

    pub(super) fn child() {
        let Some((database, number)) = killed::child() else {
            return;
        };
        let (store, bench) = (connect(&database), bench());
        race::runner(|atc| {
            let verdict = assess(&store, &bench, &sale(&bench, atc, number)).verdict;
            assert!(matches!(verdict, Verdict::Approve | Verdict::Decline));
            verdict == Verdict::Approve
        });
    }
}

#[test]
#[ignore = "not a test: what the other processes do"]
fn child() {
    #[cfg(feature = "postgres")]
    in_postgres::child();
}
