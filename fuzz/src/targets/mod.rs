//! One module per kind of input.

pub(crate) mod arenas;
pub(crate) mod arguments;
pub(crate) mod emitter;
pub(crate) mod proto;
pub(crate) mod wire;
