//! No host gets the laboratory by linking this package.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::process::Command;

/// Every feature of every package that this one is built from, as cargo resolves them.
fn features(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "chipcard-store"])
        .args(["--edges", "features", "--prefix", "none"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_laboratory_is_off() {
    for arguments in [&[][..], &["--no-default-features"], &["--all-features"]] {
        let tree = features(arguments);
        assert!(tree.contains("chipcard feature \"std\""), "{tree}");
        assert!(!tree.contains("laboratory"), "{tree}");
    }
    assert!(features(&["--all-features"]).contains("tokio-postgres v"));
}

/// The search finds it where it is on.
#[test]
fn the_command_has_it_on() {
    let tree = features(&["--package", "chipcard-host"]);
    assert!(tree.contains("chipcard feature \"laboratory\""), "{tree}");
}
