//! The house rules that the compiler does not know.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The library's modules from the ground up. A module mentions its own layer's neighbours nowhere, and modules of
/// higher layers even less; `error` and `tag`, which need each other, are the ground.
const LAYERS: &[&[&str]] = &[
    &["error", "tag"],
    &["tlv", "crypto"],
    &["dol", "element"],
    &["key"],
    &["cryptogram", "apdu", "magstripe"],
    &["oda"],
    &["card", "issuer"],
    &["laboratory", "gauntlet", "manual"],
];

/// What the root re-exports from the ground floor.
const GROUND: [&str; 4] = ["Error", "ErrorKind", "Result", "Tag"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files under `folder`, build products and version control left out.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_symlink() || ["target", ".git", "Cargo.lock"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The library's files, each with its module.
fn library() -> Vec<(String, PathBuf)> {
    let source = root().join("src");
    files(&source)
        .into_iter()
        .map(|path| {
            let first = path.strip_prefix(&source).unwrap().iter().next().unwrap();
            let module = Path::new(first).file_stem().unwrap();
            (module.to_string_lossy().into_owned(), path.clone())
        })
        .filter(|(module, _)| module != "lib")
        .collect()
}

fn layer(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| layer.contains(&module))
        .unwrap_or_else(|| panic!("give the module `{module}` a place in LAYERS"))
}

/// The code of a file as it ships: without comments, and without its unit tests, which stand last.
fn shipped(path: &Path) -> String {
    if path.ends_with("tests.rs") {
        return String::new();
    }
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Every name that follows `crate::`.
fn mentions(code: &str) -> BTreeSet<&str> {
    let name = |rest: &str| {
        rest.find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len())
    };
    code.split("crate::")
        .skip(1)
        .map(|rest| &rest[..name(rest)])
        .collect()
}

#[test]
fn dependencies_run_downward() {
    for (module, path) in library() {
        let own = layer(&module);
        let code = shipped(&path);
        for mentioned in mentions(&code) {
            let shown = path.display();
            assert!(
                !mentioned.is_empty(),
                "{shown}: name the modules one by one after `crate::`"
            );
            let below = GROUND.contains(&mentioned)
                || mentioned == module
                || layer(mentioned) < own
                || own == 0 && layer(mentioned) == 0
                || module == "tlv" && mentioned == "tag";
            assert!(below, "{shown}: `{module}` is not above `{mentioned}`");
        }
    }
}

/// What one side needs of the other travels as bytes, as it does in life. Not even a comment links them.
#[test]
fn card_and_issuer_do_not_know_each_other() {
    for (module, path) in library() {
        let other = match module.as_str() {
            "card" => "crate::issuer",
            "issuer" => "crate::card",
            _ => continue,
        };
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(other), "{}: {other}", path.display());
    }
}

/// The library takes time, randomness and memory from its caller, and an authorisation path has no laboratory.
#[test]
fn the_library_reads_no_clock_and_no_generator() {
    for (module, path) in library() {
        let code = shipped(&path);
        let banned = ["std::time", "std::env", "std::fs", "std::net", "rand::"];
        // Vector instructions are the one thing that needs it.
        let kernel = path.starts_with(root().join("src/crypto/lanes"));
        assert!(
            kernel || !code.contains("unsafe {"),
            "{}: unsafe",
            path.display()
        );
        for banned in banned {
            assert!(!code.contains(banned), "{}: {banned}", path.display());
        }
        if module != "laboratory" {
            assert!(
                !mentions(&code).contains("laboratory"),
                "{}",
                path.display()
            );
        }
    }
}

/// Hosts of production link the stores: neither their code nor their manifest knows the laboratory or the test bench. What cargo
/// makes of the manifest, `host/store/tests/features.rs` asks.
#[test]
fn the_stores_do_not_know_the_laboratory() {
    let package = root().join("host/store");
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    let values = manifest.lines().filter(|line| !line.starts_with('#'));
    let shipped = files(&package.join("src"))
        .into_iter()
        .map(|path| shipped(&path))
        .chain([values.collect()]);
    for text in shipped {
        for banned in ["laboratory", "chipcard-host", "chipcard_host"] {
            assert!(!text.contains(banned), "{banned}");
        }
    }
}

/// A file that names the machine it was written on, or where its packages were fetched, works nowhere else.
#[test]
fn no_file_names_a_machine_or_a_registry() {
    let folder = |name: &str| ["/", name, "/"].concat();
    let host = |name: &str, end: &str| [name, end].join(".");
    let banned = [
        folder("work"),
        folder("root"),
        folder("home"),
        folder("tmp"),
        host("crates", "io"),
        host("pypi", "org"),
        host("pythonhosted", "org"),
    ];
    let all = files(root());
    assert!(all.len() > 50, "the search found the project's files");
    for path in all {
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for banned in &banned {
            assert!(
                !text.contains(banned.as_str()),
                "{}: {banned}",
                path.display()
            );
        }
    }
}
