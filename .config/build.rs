//! How the program is linked: at a fixed address on Linux. An executable that
//! can lie anywhere has 16,000 addresses to be filled in at each start, on 100
//! pages that the kernel has to copy for it: 6 % of the start-up of one task.
//! The code itself stays position independent, as the libraries are.

fn main() {
    println!("cargo::rerun-if-changed=.config/build.rs");
    let is = |key: &str, value: &str| std::env::var(key).is_ok_and(|v| v == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("PROFILE", "release") {
        println!("cargo::rustc-link-arg-bin=mep=-no-pie");
    }
}
