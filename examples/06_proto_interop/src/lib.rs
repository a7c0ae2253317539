//! A loading plan for the harbour office, which speaks protobuf and has no Rust.
//!
//! Schemas cross in both directions. The office's `proto/orders.proto` became `src/orders.rs` with
//! `ffi-dart-emit import --implicit-presence`, which bounds everything; the plan below became
//! `proto/proto_interop.proto` with `ffi-dart-emit proto`, which the office compiles for its Python
//! (`python/office.py`).

pub mod orders;

use ffi_core::{FfiEnum, FfiMap, FfiMessage, FfiProto, FfiStr, FfiVec, ffi_export};
use orders::{Destination, Item, ItemKind, Order};

ffi_core::library!();

/// Part of a ship in which an item is stowed.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Hold {
    /// On deck.
    Deck = 0,
    /// In the hold.
    Inside = 1,
    /// In a tank.
    Tank = 2,
}

/// An item on board.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Stowed {
    /// Name in the order.
    pub name: FfiStr<24>,
    /// Position in the ship.
    pub hold: Hold,
    /// Mass in kilograms.
    pub mass: u32,
}

/// Loading plan of a ship.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
#[ffi(reserved(3))]
pub struct Plan {
    /// Name of the ship.
    pub ship: FfiStr<40>,
    /// Items on board.
    #[ffi(tag = 4)]
    pub stowed: FfiVec<Stowed, 20>,
    /// Items that stay on the quay.
    #[ffi(tag = 5)]
    pub left: FfiVec<FfiStr<24>, 20>,
    /// Kilograms by the name of each hold.
    #[ffi(tag = 6)]
    pub masses: FfiMap<FfiStr<8>, u32, 3>,
}

/// Plans the loading of an encoded [`Order`], and returns an encoded [`Plan`].
///
/// # Errors
///
/// Returns a description of the mistake in the order.
#[ffi_export]
pub fn plan(order: &[u8]) -> Result<Vec<u8>, String> {
    let order = Order::decode_proto(order).map_err(|error| error.to_string())?;
    let mut plan = Plan::new_zeroed_box();
    plan.ship = order.ship;
    let limit = order.limit.get().map_or(u64::MAX, |tonnes| (tonnes * 1000.0) as u64);
    let mut total = 0;
    for item in order.items.iter() {
        if total + u64::from(item.mass) > limit {
            plan.left.try_push(item.name).map_err(|error| error.to_string())?;
            continue;
        }
        total += u64::from(item.mass);
        let hold = hold(item, &order.destination);
        let stowed = Stowed { name: item.name, hold, mass: item.mass };
        plan.stowed.try_push(stowed).map_err(|error| error.to_string())?;
        let name = FfiStr::try_from(format!("{hold:?}").as_str()).map_err(|error| error.to_string())?;
        let mass = plan.masses.get(&name).copied().unwrap_or_default() + item.mass;
        plan.masses.try_insert(name, mass).map_err(|error| error.to_string())?;
    }
    Ok(plan.encode_proto())
}

/// Returns the position for an item: those that go far are stowed inside.
fn hold(item: &Item, destination: &Destination) -> Hold {
    let far = matches!(destination, Destination::Position(_));
    match item.kind.get() {
        Ok(ItemKind::Liquid) => Hold::Tank,
        _ if far => Hold::Inside,
        _ => Hold::Deck,
    }
}

/// Returns an encoded order to try the functions with.
#[ffi_export]
pub fn sample_order() -> Result<Vec<u8>, String> {
    let mut order = Order::new_zeroed_box();
    order.ship = FfiStr::try_from("Pequod").map_err(|error| error.to_string())?;
    order.destination = Destination::Port(7);
    for (name, mass) in [("oars", 120), ("biscuits", 900)] {
        let name = FfiStr::try_from(name).map_err(|error| error.to_string())?;
        let item = Item { name, kind: ItemKind::Container.into(), mass };
        order.items.try_push(item).map_err(|error| error.to_string())?;
    }
    Ok(order.encode_proto())
}
