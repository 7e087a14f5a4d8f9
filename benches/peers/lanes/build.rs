//! Compiles `openssl.c` with the system's compiler and links libcrypto.
use std::{env, path::PathBuf, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=openssl.c");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    let (object, library) = (out.join("openssl.o"), out.join("libpeer.a"));
    let run = |command: &mut Command| assert!(command.status().expect("starts").success());
    run(Command::new("cc")
        .args(["-O2", "-c", "openssl.c", "-o"])
        .arg(&object));
    run(Command::new("ar").arg("crs").arg(&library).arg(&object));
    println!("cargo:rustc-link-search=native={}", out.display());
    println!("cargo:rustc-link-lib=static=peer");
    println!("cargo:rustc-link-lib=crypto");
}
