use ffi_core::{DartError, FfiMessage, FfiSecret, ffi_export};

#[derive(FfiMessage, Clone)]
#[repr(C)]
pub struct Login {
    token: FfiSecret<32>,
}

#[derive(FfiMessage, Clone)]
#[repr(C)]
pub struct Session {
    login: Login,
}

#[ffi_export]
pub fn log_in(login: Login) {
    drop(login);
}

#[ffi_export]
pub fn last() -> Option<Session> {
    None
}

#[ffi_export]
pub fn each(found: &dyn Fn(Session) -> Result<bool, DartError>) {
    let _ = found;
}

fn main() {}
