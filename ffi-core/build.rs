//! Decides if the pools of the target have magazines: `cfg(magazines)`; and if the profile asks for
//! a small library, which has one copy of the pools' fast paths: `cfg(small)`.
//!
//! They need the thread pointer and a fence that the system runs on behalf of other threads
//! (`src/pool/cache/`). Miri knows neither.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(magazines, small)");
    if matches!(env::var("OPT_LEVEL").as_deref(), Ok("s" | "z")) {
        println!("cargo::rustc-cfg=small");
    }
    let target = |name: &str| env::var(format!("CARGO_CFG_{name}")).unwrap_or_default();
    let system = matches!(&*target("TARGET_OS"), "linux" | "android");
    let processor = matches!(&*target("TARGET_ARCH"), "x86_64" | "aarch64");
    // Not x32, and not aarch64 with 32-bit pointers.
    let pointers = target("TARGET_POINTER_WIDTH") == "64";
    let miri = env::var_os("CARGO_CFG_MIRI").is_some();
    if system && processor && pointers && !miri {
        println!("cargo::rustc-cfg=magazines");
    }
}
