//! A result set: a hundred thousand rows, which a list shows without a copy of them.

use ffi_core::{FfiContext, FfiEnum, FfiError, FfiMessage, FfiStr, ffi_export};

/// State of an order.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum OrderState {
    /// Not paid yet.
    Open = 0,
    /// Paid.
    Paid = 1,
    /// Sent to the customer.
    Sent = 2,
}

/// An order of a shop.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Order {
    /// Number, from 1 on.
    pub number: u64,
    /// Name of the customer.
    pub customer: FfiStr<24>,
    /// Sum in cents.
    pub cents: i64,
    /// State.
    pub state: OrderState,
}

/// Reason why there are no orders.
#[derive(FfiError, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchError {
    /// More orders than the shop has.
    TooMany {
        /// Number of orders that the caller wants.
        wanted: u32,
        /// Number of orders that there are.
        there: u32,
    },
    /// The caller has cancelled the search.
    Cancelled,
}

impl std::fmt::Display for SearchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooMany { wanted, there } => write!(f, "the shop has {there} orders, not {wanted}"),
            Self::Cancelled => write!(f, "the search was cancelled"),
        }
    }
}

impl std::error::Error for SearchError {}

/// Number of orders of the shop.
const THERE: u32 = 1_000_000;

const CUSTOMERS: [&str; 8] =
    ["Åsa Ek", "Bruno Faria", "Chiara Neri", "Dan Wu", "Ewa Nowak", "Femi Ade", "Grete Hahn", "Hugo Roy"];

/// Returns the newest `count` orders, on a thread that may block: the list is Rust's memory.
///
/// # Errors
///
/// Returns an error if there are fewer, or the caller doesn't want them any more.
#[ffi_export(blocking)]
pub fn newest_orders(count: u32, context: &FfiContext) -> Result<Vec<Order>, SearchError> {
    if count > THERE {
        return Err(SearchError::TooMany { wanted: count, there: THERE });
    }
    let mut orders = Vec::with_capacity(count as usize);
    for number in (THERE - count + 1..=THERE).rev() {
        if number % 1024 == 0 && context.is_cancelled() {
            return Err(SearchError::Cancelled);
        }
        let customer = CUSTOMERS[number as usize % CUSTOMERS.len()];
        let state = [OrderState::Open, OrderState::Paid, OrderState::Sent][number as usize % 3];
        let cents = i64::from(number % 977) * 25;
        orders.push(Order {
            number: number.into(),
            customer: customer.parse().unwrap_or_default(),
            cents,
            state,
        });
    }
    Ok(orders)
}

/// Returns the sum of an order after a discount of `percent`.
///
/// # Panics
///
/// Panics if the discount is above 100 percent: the app shows what Dart has of a panic.
#[ffi_export]
pub fn discounted(order: &Order, percent: u32) -> i64 {
    assert!(percent <= 100, "a discount of {percent} percent is a gift");
    order.cents * i64::from(100 - percent) / 100
}
