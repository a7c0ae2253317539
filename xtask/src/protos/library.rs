//! The functions of a library that read and write protobuf's bytes.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::path::Path;

use anyhow::{Context, Result, bail};
use ffi_core::boundary::{FfiOwned, FfiStatus};
use ffi_core::bytemuck::Zeroable as _;
use ffi_core::schema::read::{LibrarySymbols, Message, Record};
use libloading::Library;

type Clear = unsafe extern "C" fn(*mut FfiStatus);
type FreeOwned = unsafe extern "C" fn(*mut FfiOwned);
type Encode = unsafe extern "C" fn(*const u8, *mut FfiStatus) -> *mut FfiOwned;
type Decode = unsafe extern "C" fn(*const u8, usize, *mut u8, *mut FfiStatus);
type DecodeArena = unsafe extern "C" fn(*const u8, usize, *mut FfiStatus) -> *mut u8;
type FreeArena = unsafe extern "C" fn(*mut u8) -> i32;

/// A library whose messages are written and read as protobuf.
pub(super) struct Codec {
    library: Library,
    owned_free: String,
    status_clear: String,
}

/// Returns the symbols that a library has beside those of its items.
pub(super) fn symbols(records: &[Record]) -> Result<&LibrarySymbols> {
    let symbols = records.iter().find_map(|record| match record {
        Record::Library(it) => Some(&it.symbols),
        _ => None,
    });
    symbols.context("there is a record of the library")
}

impl Codec {
    pub(super) fn open(file: &Path, records: &[Record]) -> Result<Self> {
        let symbols = symbols(records)?;
        // SAFETY: the library has no code that runs when it is loaded.
        let library = unsafe { Library::new(file) }?;
        let (owned_free, status_clear) = (symbols.owned_free.clone(), symbols.status_clear.clone());
        Ok(Self { library, owned_free, status_clear })
    }

    /// Returns what the library writes for the message that it reads from `bytes`.
    pub(super) fn again(&self, message: &Message, bytes: &[u8]) -> Result<Vec<u8>> {
        let symbols = message.proto.as_ref().context("it has functions for protobuf")?;
        let mut status = FfiStatus::zeroed();
        if let Some(arena) = &message.arena {
            // SAFETY: that is its type, as the record says.
            let decode = unsafe { self.library.get::<DecodeArena>(&symbols.decode) }?;
            // SAFETY: that is its type, as the record says.
            let free = unsafe { self.library.get::<FreeArena>(&arena.symbols.free) }?;
            // SAFETY: the bytes are initialised.
            let arena = unsafe { decode(bytes.as_ptr(), bytes.len(), &mut status) };
            self.check(status)?;
            let again = self.encode(&symbols.encode, arena);
            // SAFETY: the library made it, and nothing uses it any more.
            unsafe { free(arena) };
            return again;
        }
        // A message has a size and an alignment that Rust accepts.
        let layout =
            Layout::from_size_align(usize::try_from(message.size)?, usize::try_from(message.align)?)?;
        // SAFETY: no message has a size of 0.
        let memory = unsafe { alloc_zeroed(layout) };
        // SAFETY: that is its type, as the record says.
        let decode = unsafe { self.library.get::<Decode>(&symbols.decode) }?;
        // SAFETY: the bytes are initialised, and the memory is that of the message.
        unsafe { decode(bytes.as_ptr(), bytes.len(), memory, &mut status) };
        let again = self.check(status).and_then(|()| self.encode(&symbols.encode, memory));
        // SAFETY: it was allocated with that layout.
        unsafe { dealloc(memory, layout) };
        again
    }

    /// Returns the bytes of a message or of the arena that it is the root of.
    fn encode(&self, symbol: &str, value: *const u8) -> Result<Vec<u8>> {
        // SAFETY: that is its type, as the record says.
        let encode = unsafe { self.library.get::<Encode>(symbol) }?;
        // SAFETY: that is its type, as `library!` says.
        let free = unsafe { self.library.get::<FreeOwned>(&self.owned_free) }?;
        let mut status = FfiStatus::zeroed();
        // SAFETY: the library has just decoded the value.
        let owned = unsafe { encode(value, &mut status) };
        self.check(status)?;
        // SAFETY: the call succeeded, so it returned the result of `FfiOwned::new`.
        let FfiOwned { data, len, .. } = unsafe { &*owned };
        // SAFETY: `len` bytes that were a vector's.
        let bytes = unsafe { std::slice::from_raw_parts(*data, *len) }.to_vec();
        // SAFETY: it came from the library, and nothing uses it any more.
        unsafe { free(owned) };
        Ok(bytes)
    }

    /// Fails with the message of a status.
    fn check(&self, mut status: FfiStatus) -> Result<()> {
        if status.code == 0 {
            return Ok(());
        }
        // SAFETY: a failed call leaves a message of that length.
        let text = unsafe { std::slice::from_raw_parts(status.message, status.message_len) };
        let text = String::from_utf8_lossy(text).into_owned();
        // SAFETY: that is its type, as `library!` says.
        let clear = unsafe { self.library.get::<Clear>(&self.status_clear) }?;
        // SAFETY: the status was written by the library.
        unsafe { clear(&mut status) };
        bail!("{text}")
    }
}
