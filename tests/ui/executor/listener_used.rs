use std::sync::Arc;

use ffi_core::{AskError, ffi_callback, ffi_export};

ffi_core::library!();

#[ffi_callback]
pub trait Guard {
    fn seen(&mut self, name: String);
    async fn allows(&self, name: String) -> Result<bool, AskError>;
}

#[ffi_export]
pub async fn copy(name: String, guard: Arc<dyn Guard>) -> Result<bool, AskError> {
    guard.allows(name).await
}

fn main() {}
