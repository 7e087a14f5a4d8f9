//! Searches small circuits for the eight DES S-boxes and writes them as Rust source.
//!
//! ```text
//! sbox-circuits search FILE SEED ROUNDS    improve the circuits in FILE (created if absent)
//! sbox-circuits list FILE                  gate counts
//! sbox-circuits emit FILE FOLDER           sbox_two_input.rs and sbox_ternary.rs
//! ```
//! A search is reproducible: the same file, seed and number of rounds give the same result. It may
//! be stopped at any time and resumed with another seed.

mod build;
mod circuit;
mod emit;
mod express;
mod grow;
mod pool;
mod rng;
mod sbox;
mod walk;

use pool::Pools;
use rng::Rng;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["search", file, seed, rounds] => match (seed.parse(), rounds.parse()) {
            (Ok(seed), Ok(rounds)) => search(file, seed, rounds),
            _ => Err("SEED and ROUNDS are numbers".into()),
        },
        ["list", file] => Pools::read(file).map(|p| println!("{}", p.summary())),
        ["emit", file, folder] => emit(file, folder),
        _ => Err(
            "usage: sbox-circuits search FILE SEED ROUNDS | list FILE | emit FILE FOLDER".into(),
        ),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("sbox-circuits: {message}");
            ExitCode::FAILURE
        }
    }
}

fn search(file: &str, seed: u64, rounds: u64) -> Result<(), String> {
    let mut pools = Pools::read(file)?;
    for round in 0..rounds {
        for sbox in 0..8 {
            let mut rng = Rng(seed ^ round << 8 ^ (sbox as u64) << 48);
            pools.two_input[sbox].improve(sbox, round, &mut rng);
            pools.ternary[sbox].improve(sbox, round, &mut rng);
            pools.write(file)?;
        }
        println!("seed {seed} round {round}: {}", pools.summary());
    }
    Ok(())
}

fn emit(file: &str, folder: &str) -> Result<(), String> {
    let pools = Pools::read(file)?;
    if pools.two_input.iter().any(|p| p.0.is_empty())
        || pools.ternary.iter().any(|p| p.0.is_empty())
    {
        return Err(format!("{file} lacks circuits"));
    }
    for (name, text) in [
        ("sbox_two_input.rs", emit::two_input(&pools)),
        ("sbox_ternary.rs", emit::ternary(&pools)),
    ] {
        let path = std::path::Path::new(folder).join(name);
        std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::Circuit;

    fn grown<const K: usize>(index: usize) -> Vec<Circuit<K>> {
        let found = grow::grow(&sbox::outputs(index), 2, &mut Rng(1));
        assert!(!found.is_empty());
        found
    }

    fn check<const K: usize>(index: usize) {
        let full = sbox::outputs(index);
        let c = grown::<K>(index).swap_remove(0);
        assert!(c.computes(&full) && !c.computes(&sbox::outputs(index ^ 1)));
        let again = Circuit::<K>::from_line(&c.to_line()).expect("its own text");
        assert!(again.computes(&full));
        let flat = grow::flatten(c.clone(), &full, 2000, &mut Rng(2));
        assert!(flat.computes(&full) && flat.cost() <= c.cost());
        let small = grow::refine(c.clone(), &full, 2000, &mut Rng(3));
        assert!(small.computes(&full) && small.len <= c.len);
    }

    #[test]
    fn circuits_compute_their_sbox() {
        check::<2>(3);
        check::<3>(3);
    }

    #[test]
    fn searches_repeat() {
        let lines = || {
            grown::<3>(0)
                .iter()
                .map(Circuit::to_line)
                .collect::<Vec<_>>()
        };
        assert_eq!(lines(), lines());
    }
}
