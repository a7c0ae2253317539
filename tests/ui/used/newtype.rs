use ffi_core::{FfiMap, FfiMessage, FfiNewtype, ffi_export};

ffi_core::library!();

#[derive(FfiNewtype, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserId(pub u64);

#[derive(FfiMessage)]
#[repr(C)]
pub struct Group {
    pub owner: UserId,
    pub points: FfiMap<UserId, u32, 8>,
}

#[ffi_export]
pub fn next(group: &Group, user: UserId) -> UserId {
    UserId(group.owner.0 + user.0)
}

fn main() {}
