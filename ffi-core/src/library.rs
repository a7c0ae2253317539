//! Functions and records that every library exports, once.

/// Makes a cdylib or staticlib a library that Dart can open. Call it once, in the crate's root.
///
/// It writes the library's own schema record, and exports, with the crate's name as prefix:
///
/// | symbol | C | what it does |
/// |---|---|---|
/// | `.._ffi0_abi_version` | `uint32_t (void)` | [`ABI_VERSION`](crate::boundary::ABI_VERSION); from then on the [places of panics](mod@crate::panic) are known |
/// | `.._ffi0_status_clear` | `void (FfiStatus *)` | frees the message, the payload and the place, and zeroes the status |
/// | `.._ffi0_alloc` | `uint8_t *(size_t size, size_t align)` | allocates memory |
/// | `.._ffi0_free` | `void (uint8_t *)` | frees memory of `.._alloc` |
/// | `.._ffi0_owned_free` | `void (FfiOwned *)` | frees what a function returned, and a payload that was taken from a status |
/// | `.._ffi0_dart_init` | `int32_t (const void *table)`, for Dart only | finds the functions of the Dart VM |
/// | `.._ffi0_dart_calls` | `const void *(void)`, for Dart only | the functions that Dart calls |
/// | `.._ffi0_shutdown` | `uint64_t (void)` | ends async calls, then [`pool::shutdown`](crate::pool::shutdown) |
/// | `.._ffi0_mailbox` | `const void *(void)`, for Dart only, with the feature `async` | the functions of mailboxes, through which results of async calls come |
/// | `.._ffi0_library` | a variable, for the linker only | keeps the library's own schema record |
///
/// The name comes from cargo (`CARGO_CRATE_NAME`), so two libraries can live in one process.
/// `ffi-core` exports nothing by itself.
///
/// # Executor
///
/// With the feature `async`, `library!(executor = EXPR)` says what runs async and blocking
/// functions: `EXPR` is an `executor::FfiExecutor`, such as a handle of a tokio runtime. It is
/// evaluated with the first call, and with the first after a shutdown.
///
/// # What a library contains
///
/// A library contains all that the linker takes in: messages and functions of the cdylib, and those
/// of each crate it refers to in any way. A crate that is only named in `Cargo.toml` isn't linked,
/// and its messages are missing: write `use that_crate as _;`.
///
/// # Examples
///
/// ```
/// ffi_core::library!();
/// ```
#[macro_export]
macro_rules! library {
    ($(executor = $executor:expr)? $(,)?) => {
        const _: () = {
            use $crate::__private as ffi;

            $($crate::__async! { check $executor })?

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_abi_version"))]
            extern "C" fn abi_version() -> ffi::core::primitive::u32 {
                ffi::panic_places();
                $crate::boundary::ABI_VERSION
            }

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_status_clear"))]
            unsafe extern "C" fn status_clear(status: *mut ffi::FfiStatus) {
                // SAFETY: the caller passes null, or a status that is zeroed or was written by this
                // library, and that no other thread uses.
                unsafe { ffi::clear(status) }
            }

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_alloc"))]
            extern "C" fn alloc(
                size: ffi::core::primitive::usize,
                align: ffi::core::primitive::usize,
            ) -> *mut ffi::core::primitive::u8 {
                ffi::alloc(size, align)
            }

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_free"))]
            unsafe extern "C" fn free(memory: *mut ffi::core::primitive::u8) {
                // SAFETY: the caller passes null, or memory of `alloc` that was not freed yet and
                // isn't used any more.
                unsafe { ffi::free(memory) }
            }

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_owned_free"))]
            unsafe extern "C" fn owned_free(owned: *mut ffi::FfiOwned) {
                // SAFETY: the caller passes null, or the result of a function of this library,
                // which was not freed yet and isn't used any more.
                unsafe { ffi::owned_free(owned) }
            }

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_dart_init"))]
            unsafe extern "C" fn dart_init(table: *const ffi::core::ffi::c_void) -> ffi::core::primitive::i32 {
                $crate::__async! { library
                    ffi::open_calls(ffi::core::env!("CARGO_CRATE_NAME"), $crate::__async!(executor $($executor)?));
                }
                // SAFETY: Dart passes its own table, or the caller passes null.
                (unsafe { ffi::dart_init(table) }) as ffi::core::primitive::i32
            }

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_dart_calls"))]
            extern "C" fn dart_calls() -> *const ffi::FfiDartCalls {
                ffi::dart_calls()
            }

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_shutdown"))]
            extern "C" fn shutdown() -> ffi::core::primitive::u64 {
                $crate::__async! { library ffi::end_calls(); }
                ffi::drop_tokens();
                $crate::pool::shutdown()
            }

            $crate::__async! { library
                #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_mailbox"))]
                extern "C" fn mailbox() -> *const ffi::FfiMailboxCalls {
                    ffi::mailbox_calls()
                }
            }

            $crate::__record!(&[
                ffi::Piece::Text(ffi::core::concat!(
                    "{\"kind\":\"library\",\"name\":\"",
                    ffi::core::env!("CARGO_CRATE_NAME"),
                    "\",\"version\":\"",
                    ffi::core::env!("CARGO_PKG_VERSION"),
                    "\",\"panic\":\"",
                )),
                ffi::Piece::Text(if ffi::core::cfg!(panic = "abort") { "abort" } else { "unwind" }),
                ffi::Piece::Text("\",\"abi\":"),
                ffi::Piece::Number($crate::boundary::ABI_VERSION as ffi::core::primitive::u64),
                ffi::Piece::Text(ffi::core::concat!(
                    ",\"symbols\":{\"abi_version\":\"",
                    ffi::core::env!("CARGO_CRATE_NAME"),
                    "_ffi0_abi_version\",\"status_clear\":\"",
                    ffi::core::env!("CARGO_CRATE_NAME"),
                    "_ffi0_status_clear\",\"alloc\":\"",
                    ffi::core::env!("CARGO_CRATE_NAME"),
                    "_ffi0_alloc\",\"free\":\"",
                    ffi::core::env!("CARGO_CRATE_NAME"),
                    "_ffi0_free\",\"owned_free\":\"",
                    ffi::core::env!("CARGO_CRATE_NAME"),
                    "_ffi0_owned_free\",\"dart_init\":\"",
                    ffi::core::env!("CARGO_CRATE_NAME"),
                    "_ffi0_dart_init\",\"dart_calls\":\"",
                    ffi::core::env!("CARGO_CRATE_NAME"),
                    "_ffi0_dart_calls\",\"shutdown\":\"",
                    ffi::core::env!("CARGO_CRATE_NAME"),
                    "_ffi0_shutdown\"",
                )),
                $crate::__async!(symbol),
                ffi::Piece::Text("}}"),
            ]);

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_library"))]
            static LIBRARY: ffi::Export = ffi::Export::new(0, __FFI_KEPT);
        };
    };
}
