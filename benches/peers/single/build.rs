//! Compiles the OpenSSL side. Needs OpenSSL's headers (Debian: `libssl-dev`).
fn main() {
    println!("cargo::rerun-if-changed=src/openssl.c");
    cc::Build::new()
        .file("src/openssl.c")
        .opt_level(3)
        .warnings(true)
        .compile("peer_openssl");
    println!("cargo::rustc-link-lib=crypto");
}
