//! Compiles the loops in C.

fn main() {
    println!("cargo::rerun-if-changed=c/loops.c");
    cc::Build::new().file("c/loops.c").std("c11").warnings_into_errors(true).opt_level(2).compile("loops");
}
