//! Threads that do the same at the same moments.

use std::sync::Barrier;
use std::thread;

pub(crate) const THREADS: u64 = 8;

/// Lets eight threads take the same steps, each at the same moment; `step` gets the thread's number and the step's, both from 0. Gives
/// of each step what each thread found.
pub(crate) fn race<T: Copy + Send>(
    steps: usize,
    step: impl Fn(u64, usize) -> T + Sync,
) -> Vec<Vec<T>> {
    let start = Barrier::new(THREADS as usize);
    let taken = |number| {
        let step = |place| {
            start.wait();
            step(number, place)
        };
        (0..steps).map(step).collect::<Vec<_>>()
    };
    let found: Vec<Vec<T>> = thread::scope(|scope| {
        let taken = &taken;
        let threads: Vec<_> = (0..THREADS)
            .map(|number| scope.spawn(move || taken(number)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    (0..steps)
        .map(|place| found.iter().map(|thread| thread[place]).collect())
        .collect()
}
