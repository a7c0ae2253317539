ffi_core::library!();
