//! `model.rs`: the core under loom. `properties.rs`: the pool against a naive one. `stress.rs`: many threads.
//! `behavior.rs`: what each function answers. What is about the whole process is in `ffi-core/tests`.

mod model;
