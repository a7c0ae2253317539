//! Keys for programs that act for a user: calls that are refused, a secret, an error whose reason
//! stays in the log, and work that sees the end of the library.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use ffi_core::production::{GuardedCall, Key, Limits, Verdict, note};
use ffi_core::{
    FfiContext, FfiError, FfiMessage, FfiObject, FfiPooled, FfiQueue, FfiSecret, FfiStr, PoolBox, ffi_export,
    ffi_service,
};

/// Wish of a program for a key.
#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
pub struct Wish {
    /// Number of days for which the key is valid.
    #[ffi(range = 1..=365)]
    pub days: u32,
    /// Name of the program.
    #[ffi(non_empty, max_len = 16, pattern = "^[a-z-]*$")]
    pub program: FfiStr<24>,
}

/// A key. Its slot is zeroed when it is freed.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 32)]
pub struct ApiKey {
    /// User that the program acts for.
    pub user: u64,
    /// Bytes that only the program and the service know.
    pub token: FfiSecret<32>,
}

/// Keys that programs have given back, until an audit has looked at them.
#[ffi_export]
pub static RETURNED: FfiQueue<ApiKey, 8> = FfiQueue::new();

/// Failures of keys.
#[derive(Debug, FfiError, thiserror::Error)]
pub enum KeyError {
    /// The token is not that of the user's key.
    #[error("there is no such key")]
    Unknown,
    /// All slots are in use.
    #[error("there are too many keys")]
    Full,
    /// Dart has a number, which is in the log beside this text.
    #[ffi(internal)]
    #[error("the key of the user {user} has {bytes} bytes")]
    Damaged {
        /// The user.
        user: u64,
        /// Number of bytes.
        bytes: usize,
    },
}

/// Each user may call methods five times at one moment, and then five times in a second. More than
/// a hundred users share one rate.
pub static USE: Limits = Limits::new().per_second(5).keys(100).at_once(8).request(1 << 10);

/// Lets users use their own keys, and the request `audit` all that there is.
fn may_call(call: &GuardedCall<'_>) -> Verdict {
    match (call.method(), call.key()) {
        ("issue" | "check" | "note", Some(Key::Number(user))) if user > 0 => Verdict::Allow,
        _ if call.request_id() == Some("audit") => Verdict::Allow,
        _ => Verdict::Refuse,
    }
}

/// Keys, wherever they are.
#[ffi_service(guard = may_call, limit = USE)]
pub trait Keys {
    /// Makes a key, which replaces that of the user.
    fn issue(&self, #[ffi(key)] user: u64, wish: Wish) -> Result<PoolBox<ApiKey>, KeyError>;
    /// Returns the name of the program that has the key.
    fn check(&self, #[ffi(key)] user: u64, key: &ApiKey) -> Result<String, KeyError>;
    /// Notes a line for the report of the next crash.
    fn note(&self, #[ffi(key)] user: u64, line: &str);
    /// Returns the numbers of keys that there were, when the library ends.
    #[ffi(blocking)]
    fn watch(&self, context: &FfiContext) -> Vec<u32>;
    /// Waits for keys that nobody issues, at most so long.
    #[ffi(limit(deadline = 50))]
    async fn next(&self) -> u64;
}

struct Memory(Mutex<BTreeMap<u64, ([u8; 16], Wish)>>);

impl Memory {
    fn all(&self) -> MutexGuard<'_, BTreeMap<u64, ([u8; 16], Wish)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keys for Memory {
    fn issue(&self, user: u64, wish: Wish) -> Result<PoolBox<ApiKey>, KeyError> {
        // A service would draw them.
        let token = u128::from(user).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835).to_le_bytes();
        let mut key = ApiKey::pool().try_alloc().map_err(|_| KeyError::Full)?;
        key.user = user;
        key.token.set(&token).map_err(|_| KeyError::Full)?;
        self.all().insert(user, (token, wish));
        tracing::info!(user, days = wish.days, "issued a key");
        Ok(key)
    }

    fn check(&self, user: u64, key: &ApiKey) -> Result<String, KeyError> {
        if key.token.len() != 16 {
            return Err(KeyError::Damaged { user, bytes: key.token.len() });
        }
        match self.all().get(&user) {
            // In a time that doesn't depend on the bytes.
            Some((token, wish)) if key.token == *token => Ok(wish.program.to_string()),
            _ => Err(KeyError::Unknown),
        }
    }

    fn note(&self, user: u64, line: &str) {
        note(&format!("user {user}: {line}"));
    }

    fn watch(&self, context: &FfiContext) -> Vec<u32> {
        let mut counts = Vec::new();
        loop {
            let count = self.all().len() as u32;
            if counts.last() != Some(&count) {
                counts.push(count);
            }
            if context.is_cancelled() {
                return counts;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    async fn next(&self) -> u64 {
        std::future::pending().await
    }
}

/// Opens keys in memory.
#[ffi_export]
pub fn open_keys() -> FfiObject<dyn Keys> {
    FfiObject::new(Memory(Mutex::default()))
}
