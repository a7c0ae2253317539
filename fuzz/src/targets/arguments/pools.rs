//! Pools and queues, with every kind of pointer that they accept or refuse with a code: null,
//! foreign, inside of a slot, Rust's, and freed before. A model says which slots are the caller's.

use bytemuck::Zeroable;
use ffi_core::FfiPooled;
use ffi_core::boundary::FfiStatus;
use fixture_pools::{Event, Token};

use crate::bytes::Bytes;

unsafe extern "C" {
    fn fixture_pools_ffi_token_pool_alloc() -> *mut Token;
    fn fixture_pools_ffi_token_pool_free(slot: *mut Token) -> i32;
    fn fixture_pools_ffi_token_pool_reference(slot: *const Token) -> u64;
    fn fixture_pools_ffi_token_pool_resolve(index_plus_one: u32, generation: u32) -> *mut Token;
    fn fixture_pools_ffi_new_token(id: u32, status: *mut FfiStatus) -> *mut Token;
    fn fixture_pools_ffi_even_token(id: u32, status: *mut FfiStatus) -> *mut Token;
    fn fixture_pools_ffi_spend(token: *mut Token, status: *mut FfiStatus) -> u32;
    fn fixture_pools_ffi_lose(token: *mut Token, status: *mut FfiStatus);
    fn fixture_pools_ffi_exchange(
        one: *mut Token,
        other: *mut Token,
        other_present: u8,
        status: *mut FfiStatus,
    ) -> *mut Token;

    fn fixture_pools_ffi_event_pool_alloc() -> *mut Event;
    fn fixture_pools_ffi_event_pool_free(slot: *mut Event) -> i32;
    fn fixture_pools_ffi_orders_push(slot: *mut Event) -> i32;
    fn fixture_pools_ffi_orders_pop(code: *mut i32) -> *mut Event;
    fn fixture_pools_ffi_orders_len() -> usize;
}

/// Slots that the caller owns, and pointers that it has seen.
#[derive(Debug)]
struct Slots<T> {
    owned: Vec<*mut T>,
    /// The last pointers, to slots that may be anyone's by now.
    seen: [*mut T; 8],
    next: usize,
    /// A value that is in no pool.
    foreign: Box<T>,
}

impl<T: Zeroable> Default for Slots<T> {
    fn default() -> Self {
        let seen = [std::ptr::null_mut(); 8];
        Self { owned: Vec::new(), seen, next: 0, foreign: Box::new(T::zeroed()) }
    }
}

impl<T> Slots<T> {
    /// Adds a slot that the caller owns from now on; null is none.
    fn add(&mut self, slot: *mut T) {
        if !slot.is_null() {
            assert!(!self.owned.contains(&slot), "a slot has two owners");
            self.owned.push(slot);
            self.seen[self.next % self.seen.len()] = slot;
            self.next += 1;
        }
    }

    /// Removes a slot that the caller owned; returns false if it didn't.
    fn remove(&mut self, slot: *mut T) -> bool {
        let found = self.owned.iter().position(|it| *it == slot);
        found.map(|at| self.owned.swap_remove(at)).is_some()
    }

    /// Chooses a pointer.
    fn choose(&mut self, input: &mut Bytes<'_>) -> *mut T {
        let choice = input.byte();
        let seen = self.seen[usize::from(choice >> 4) % self.seen.len()];
        match choice & 15 {
            0 => std::ptr::null_mut(),
            1 => &raw mut *self.foreign,
            2 => seen.wrapping_byte_add(1),
            3 => seen.wrapping_byte_add(align_of::<T>()),
            _ => seen,
        }
    }
}

/// The pools, as a caller in C sees them.
#[derive(Debug, Default)]
pub(super) struct Pools {
    tokens: Slots<Token>,
    events: Slots<Event>,
    /// Events in the queue, oldest first.
    queued: Vec<*mut Event>,
}

impl Pools {
    /// Makes one call.
    pub(super) fn step(&mut self, input: &mut Bytes<'_>) {
        match input.byte() % 14 {
            // SAFETY: it has no conditions.
            0 => self.tokens.add(unsafe { fixture_pools_ffi_token_pool_alloc() }),
            1 => self.free_token(input),
            2 => {
                let id = input.byte().into();
                // SAFETY: the status is this call's.
                self.tokens.add(called(|status| unsafe { fixture_pools_ffi_new_token(id, status) }).0);
            }
            3 => {
                let id = input.byte().into();
                // SAFETY: the status is this call's.
                self.tokens.add(called(|status| unsafe { fixture_pools_ffi_even_token(id, status) }).0);
            }
            4 => self.refer(input),
            5 => self.spend(input, |token, status| {
                // SAFETY: the pool accepts the pointer or refuses it with a code, and its slot
                // isn't used after a call that took it.
                unsafe { fixture_pools_ffi_spend(token, status) };
                0
            }),
            6 => self.spend(input, |token, status| {
                // SAFETY: the pool accepts the pointer or refuses it with a code, and its slot
                // isn't used after a call that took it.
                unsafe { fixture_pools_ffi_lose(token, status) };
                2
            }),
            7 => self.exchange(input),
            8 => self.write_token(input),
            // SAFETY: it has no conditions.
            9 => self.events.add(unsafe { fixture_pools_ffi_event_pool_alloc() }),
            10 => self.free_event(input),
            11 => self.push(input),
            12 => self.pop(),
            _ => self.write_event(input),
        }
    }

    /// Gives everything back and checks that no slot is lost.
    pub(super) fn end(mut self) {
        while !self.queued.is_empty() {
            self.pop();
        }
        for slot in std::mem::take(&mut self.tokens.owned) {
            // SAFETY: the slot is the caller's, and isn't used any more.
            assert_eq!(unsafe { fixture_pools_ffi_token_pool_free(slot) }, 0);
        }
        for slot in std::mem::take(&mut self.events.owned) {
            // SAFETY: the slot is the caller's, and isn't used any more.
            assert_eq!(unsafe { fixture_pools_ffi_event_pool_free(slot) }, 0);
        }
        assert_eq!(Token::pool().stats().live, 0, "tokens are lost");
        assert_eq!(Event::pool().stats().live, 0, "events are lost");
    }

    fn free_token(&mut self, input: &mut Bytes<'_>) {
        let slot = self.tokens.choose(input);
        // SAFETY: any pointer may be passed; what is freed isn't used any more.
        let code = unsafe { fixture_pools_ffi_token_pool_free(slot) };
        assert_eq!(code == 0, self.tokens.remove(slot), "code {code}");
    }

    /// Makes a reference of a pointer, and resolves it and one that is made up.
    fn refer(&mut self, input: &mut Bytes<'_>) {
        let slot = self.tokens.choose(input);
        // SAFETY: any pointer may be passed, and nothing is read behind it.
        let bits = unsafe { fixture_pools_ffi_token_pool_reference(slot) };
        // SAFETY: it has no conditions.
        let back = unsafe { fixture_pools_ffi_token_pool_resolve(bits as u32, (bits >> 32) as u32) };
        let owned = self.tokens.owned.contains(&slot);
        assert_eq!(bits != 0, owned);
        assert!(back == if owned { slot } else { std::ptr::null_mut() });
        let (index, generation) = (input.byte().into(), input.byte().into());
        // SAFETY: it has no conditions.
        let found = unsafe { fixture_pools_ffi_token_pool_resolve(index, generation) };
        assert!(found.is_null() || self.tokens.owned.contains(&found));
    }

    /// Passes a token to a function that takes it, and whose status is `done` when it has.
    fn spend(&mut self, input: &mut Bytes<'_>, call: impl FnOnce(*mut Token, *mut FfiStatus) -> i32) {
        let slot = self.tokens.choose(input);
        let (done, code) = called(|status| call(slot, status));
        let owned = self.tokens.owned.contains(&slot);
        match code {
            _ if code == done => assert!(self.tokens.remove(slot)),
            // The slot holds no token, and stays the caller's.
            4 => assert!(owned),
            _ => assert!(code == 3 && !owned, "status {code}"),
        }
    }

    fn exchange(&mut self, input: &mut Bytes<'_>) {
        let (one, other) = (self.tokens.choose(input), self.tokens.choose(input));
        let present = input.byte() % 3;
        // SAFETY: the pool accepts each pointer or refuses it with a code, and a slot isn't used
        // after a call that took it.
        let (back, code) =
            called(|status| unsafe { fixture_pools_ffi_exchange(one, other, present, status) });
        if code == 0 {
            assert!(self.tokens.remove(one));
            assert!(present == 0 || self.tokens.remove(other));
            assert!(back == one || (present == 1 && back == other));
            self.tokens.add(back);
        } else {
            assert!(back.is_null() && (code == 3 || code == 4), "status {code}");
        }
    }

    /// Writes any bytes into a slot of the caller's.
    fn write_token(&mut self, input: &mut Bytes<'_>) {
        if let Some(slot) = self.tokens.owned.last() {
            let bytes: [u8; size_of::<Token>()] = input.take();
            // SAFETY: the slot is the caller's, and its owner may write any bytes to it.
            unsafe { slot.cast::<[u8; size_of::<Token>()]>().write(bytes) };
        }
    }

    /// Writes any bytes into a slot of the caller's.
    fn write_event(&mut self, input: &mut Bytes<'_>) {
        if let Some(slot) = self.events.owned.last() {
            let bytes: [u8; size_of::<Event>()] = input.take();
            // SAFETY: the slot is the caller's, and its owner may write any bytes to it.
            unsafe { slot.cast::<[u8; size_of::<Event>()]>().write(bytes) };
        }
    }

    fn free_event(&mut self, input: &mut Bytes<'_>) {
        let slot = self.events.choose(input);
        // SAFETY: any pointer may be passed; what is freed isn't used any more.
        let code = unsafe { fixture_pools_ffi_event_pool_free(slot) };
        assert_eq!(code == 0, self.events.remove(slot), "code {code}");
    }

    fn push(&mut self, input: &mut Bytes<'_>) {
        let slot = self.events.choose(input);
        // SAFETY: any pointer may be passed; what is pushed isn't used any more.
        let code = unsafe { fixture_pools_ffi_orders_push(slot) };
        if code == 0 {
            assert!(self.events.remove(slot));
            self.queued.push(slot);
        } else {
            // Full, or no event in it: the slot is still the caller's.
            assert_eq!(self.events.owned.contains(&slot), code == 7 || code == 9, "code {code}");
        }
    }

    fn pop(&mut self) {
        // SAFETY: it has no conditions.
        assert_eq!(unsafe { fixture_pools_ffi_orders_len() }, self.queued.len());
        let mut code = -1;
        // SAFETY: the code is this function's.
        let slot = unsafe { fixture_pools_ffi_orders_pop(&mut code) };
        if self.queued.is_empty() {
            assert!(slot.is_null() && code == 10, "code {code}");
        } else {
            assert!(slot == self.queued.remove(0) && code == 0, "code {code}");
            self.events.add(slot);
        }
    }
}

/// Calls a function; returns its result and the code of its status.
fn called<T>(call: impl FnOnce(*mut FfiStatus) -> T) -> (T, i32) {
    let mut status = FfiStatus::zeroed();
    let result = call(&mut status);
    let code = status.code;
    super::finish(status);
    (result, code)
}
