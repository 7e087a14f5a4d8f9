//! Two processes that get the same cryptogram at the same moment, again and again.

use std::io::{BufRead, BufReader, Write};

use super::killed;

const RACE: &str = "CHIPCARD_TEST_CHILD_RACE";

/// Lets both record each counter from 1 on at once; one of the two, and one alone, finds it new.
pub(crate) fn run(store: &str, counters: u16) {
    let mut children = [1, 2].map(|number| {
        let mut command = killed::command(store, number);
        command.env(RACE, "1").spawn().unwrap()
    });
    let mut answers = children.each_mut().map(|child| {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "ready"));
        lines
    });
    let mut starts = children.each_mut().map(|child| child.stdin.take().unwrap());
    let mut won = [0, 0];
    for atc in 1..=counters {
        for start in &mut starts {
            writeln!(start, "{atc}").unwrap();
        }
        let mut winners = 0;
        for (answers, won) in answers.iter_mut().zip(&mut won) {
            match answers.next().unwrap().unwrap().as_str() {
                "new" => {
                    winners += 1;
                    *won += 1;
                }
                "not new" => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!(winners, 1, "counter {atc}");
    }
    drop(starts);
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    println!("{} and {} were new", won[0], won[1]);
}

/// Whether this process is one of the two.
pub(crate) fn is_runner() -> bool {
    std::env::var_os(RACE).is_some()
}

/// What one of the two does; `record` tells whether a counter is new.
pub(crate) fn runner(record: impl Fn(u16) -> bool) {
    println!("\nready");
    for line in std::io::stdin().lines() {
        let new = record(line.unwrap().parse().unwrap());
        println!("{}", if new { "new" } else { "not new" });
    }
}
