use ffi_core::{FfiEnum, FfiMessage, FfiOpen, ffi_export};

ffi_core::library!();

#[derive(FfiEnum, Clone, Copy)]
pub enum Mode {
    Idle = 0,
    Busy = 1,
}

#[derive(FfiMessage)]
#[repr(C)]
pub struct Machine {
    pub mode: Mode,
    pub next: FfiOpen<Mode>,
}

#[ffi_export]
pub fn next(machine: &Machine, mode: Mode) -> Option<Mode> {
    if let Mode::Idle = mode { Some(machine.mode) } else { None }
}

fn main() {}
