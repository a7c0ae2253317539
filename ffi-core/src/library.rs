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
/// | `.._ffi0_info` | `FfiOwned *(void)`, for Dart only | facts about the build, as JSON |
/// | `.._ffi0_production` | for Dart only, with the feature `production` | start, end and state of the library |
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
/// # Start and end
///
/// With the feature `production`, `library!(init = f, warm_up = g, shutdown = h)` names functions
/// without parameters that return nothing or a `Result` whose error is displayed in Dart; each of
/// the three may be left out.
///
/// `init` runs when the first isolate opens the library, and again after a shutdown: it sets up
/// thread pools, logging, or the level of vector instructions. If it fails or panics, `open` throws
/// in Dart with its text, and the next one tries again. `warm_up` runs when Dart asks for it, after
/// the executor was made. `shutdown` runs at the end, once calls have ended; see
/// [`production`](crate::production).
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
    ($($key:ident = $value:expr),* $(,)?) => {
        const _: () = {
            use $crate::__private as ffi;

            $($crate::__library_key! { $key $value })*

            static BUILD: ffi::Build = ffi::Build {
                name: ffi::core::env!("CARGO_CRATE_NAME"),
                version: ffi::core::env!("CARGO_PKG_VERSION"),
                debug: ffi::core::cfg!(debug_assertions),
                aborts: ffi::core::cfg!(panic = "abort"),
            };

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
                    ffi::open_calls(ffi::core::env!("CARGO_CRATE_NAME"), $crate::__library_executor!($($key = $value),*));
                }
                // SAFETY: Dart passes its own table, or the caller passes null.
                (unsafe { ffi::dart_init(table) }) as ffi::core::primitive::i32
            }

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_dart_calls"))]
            extern "C" fn dart_calls() -> *const ffi::FfiDartCalls {
                ffi::dart_calls()
            }

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_info"))]
            extern "C" fn info() -> *mut ffi::FfiOwned {
                BUILD.info()
            }

            $crate::__production! { library
                static HOOKS: ffi::Hooks = ffi::Hooks {
                    name: ffi::core::env!("CARGO_CRATE_NAME"),
                    init: $crate::__library_hook!(init: $($key = $value),*),
                    warm_up: $crate::__library_hook!(warm_up: $($key = $value),*),
                    shutdown: $crate::__library_hook!(shutdown: $($key = $value),*),
                };

                #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_production"))]
                unsafe extern "C" fn production(
                    operation: ffi::core::primitive::u32,
                    data: *const ffi::core::primitive::u8,
                    len: ffi::core::primitive::usize,
                    status: *mut ffi::FfiStatus,
                ) -> *mut ffi::FfiOwned {
                    // SAFETY: the caller passes `len` bytes that stay as they are meanwhile, and
                    // null, or a status that is zeroed or was written by this library.
                    unsafe { ffi::production(&HOOKS, operation, data, len, status) }
                }

                #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_shutdown"))]
                extern "C" fn shutdown() -> ffi::core::primitive::u64 {
                    ffi::stop(&HOOKS)
                }
            }

            $crate::__production! { otherwise
                #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_shutdown"))]
                extern "C" fn shutdown() -> ffi::core::primitive::u64 {
                    $crate::__async! { library ffi::end_calls(); }
                    ffi::drop_tokens();
                    $crate::pool::shutdown()
                }
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
                ffi::Piece::Text(ffi::core::concat!(
                    ",\"info\":\"",
                    ffi::core::env!("CARGO_CRATE_NAME"),
                    "_ffi0_info\"",
                )),
                $crate::__async!(symbol),
                $crate::__production!(symbol),
                ffi::Piece::Text("}}"),
            ]);

            #[unsafe(export_name = ffi::core::concat!(ffi::core::env!("CARGO_CRATE_NAME"), "_ffi0_library"))]
            static LIBRARY: ffi::Export = ffi::Export::new(0, &__FFI_RECORD);
        };
    };
}

/// Checks a key of [`library!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __library_key {
    (executor $value:expr) => {
        $crate::__async! { check $value }
    };
    (init $value:expr) => {
        $crate::__production! { check init }
    };
    (warm_up $value:expr) => {
        $crate::__production! { check warm_up }
    };
    (shutdown $value:expr) => {
        $crate::__production! { check shutdown }
    };
    ($key:ident $value:expr) => {
        $crate::__private::core::compile_error!($crate::__private::core::concat!(
            "`",
            $crate::__private::core::stringify!($key),
            "` is no key of `library!`\nhint: `executor`, `init`, `warm_up` and `shutdown` are"
        ));
    };
}

/// Finds the executor among the keys of [`library!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __library_executor {
    () => {
        $crate::__async!(executor)
    };
    (executor = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__async!(executor $value)
    };
    ($other:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__library_executor!($($($rest)*)?)
    };
}

/// Finds a function for the start or the end of the library among the keys of [`library!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __library_hook {
    ($hook:ident:) => {
        $crate::__private::core::option::Option::None
    };
    (init: init = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__library_hook!(@found $value)
    };
    (warm_up: warm_up = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__library_hook!(@found $value)
    };
    (shutdown: shutdown = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__library_hook!(@found $value)
    };
    ($hook:ident: $other:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__library_hook!($hook: $($($rest)*)?)
    };
    (@found $value:expr) => {
        $crate::__private::core::option::Option::Some(|| $crate::__private::Outcome::into_outcome(($value)()))
    };
}
