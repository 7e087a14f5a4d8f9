//! chipcard command
fn main() {}
