//! Tests messages as bytes: `bytemuck`'s traits, and checks against a reading of the same bytes
//! field by field.

use bytemuck::checked::{try_cast_slice, try_pod_read_unaligned};
use bytemuck::{Zeroable, bytes_of, cast_slice};
use ffi_core::{FfiEnum, FfiMessage, FfiType};
use fixture_layout::{Colour, Level, Mask, Nested, OddNames, Plain, Scalars};
use fixture_parts::Part;
use proptest::prelude::*;

#[test]
fn zeros_are_a_message() {
    let nested = Nested::zeroed();
    assert_eq!((nested.colour, nested.level, nested.mask), (Colour::Unknown, Level::Ground, Mask::None));
    assert_eq!(nested, *Nested::new_zeroed_box());
    assert_eq!(Mask::zeroed(), Mask::None);
}

#[test]
fn pod_messages_are_bytes_both_ways() {
    let plain = [Plain { id: 7, weights: [0.5, -1.0] }, Plain { id: u64::MAX, weights: [f32::MAX, 0.0] }];
    let bytes: &[u8] = cast_slice(&plain);
    assert_eq!(bytes.len(), 32);
    assert_eq!(bytes[..8], 7_u64.to_ne_bytes());
    assert_eq!(bytes[12..16], (-1_f32).to_ne_bytes());
    assert_eq!(bytes[24..28], f32::MAX.to_ne_bytes());
    assert_eq!(cast_slice::<u8, Plain>(bytes), plain);
}

/// Returns a [`Nested`] of zeros, except that each `bool` is true.
fn valid_nested() -> Vec<u8> {
    let mut bytes = vec![0; size_of::<Nested>()];
    for (offset, _) in NESTED.iter().filter(|(_, kind)| matches!(kind, Kind::Bool)) {
        bytes[*offset] = 1;
    }
    bytes
}

/// Values that the byte or the word at an offset of [`Nested`] may have; written by hand from the
/// source of the fixture.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Any,
    Bool,
    Colour,
    Level,
    Mask,
}

macro_rules! at {
    ($($field:tt)*) => { std::mem::offset_of!(Nested, $($field)*) };
}

const NESTED: [(usize, Kind); 19] = [
    (at!(colour), Kind::Colour),
    (at!(scalars.flag), Kind::Bool),
    (at!(scalars.wide), Kind::Any),
    (at!(part.spare), Kind::Bool),
    (at!(part.kind), Kind::Any),
    (at!(level), Kind::Level),
    (at!(parts) + std::mem::offset_of!(Part, spare), Kind::Bool),
    (at!(parts) + size_of::<Part>() + std::mem::offset_of!(Part, spare), Kind::Bool),
    (at!(palette), Kind::Colour),
    (at!(palette) + 1, Kind::Colour),
    (at!(palette) + 2, Kind::Colour),
    (at!(palette) + 3, Kind::Colour),
    (at!(palette) + 4, Kind::Colour),
    (at!(flags), Kind::Bool),
    (at!(flags) + 1, Kind::Bool),
    (at!(flags) + 2, Kind::Bool),
    (at!(mask), Kind::Mask),
    (at!(matrix), Kind::Any),
    (at!(digest), Kind::Any),
];

fn fits(bytes: &[u8], offset: usize, kind: Kind) -> bool {
    let byte = bytes[offset];
    match kind {
        Kind::Any => true,
        Kind::Bool => byte < 2,
        Kind::Colour => [0, 3, 255].contains(&byte),
        Kind::Level => {
            let word = i32::from_ne_bytes(bytes[offset..offset + 4].try_into().expect("four bytes"));
            [i32::MIN, -1, 0, 1].contains(&word)
        }
        Kind::Mask => {
            let word = u64::from_ne_bytes(bytes[offset..offset + 8].try_into().expect("eight bytes"));
            [0, u64::MAX].contains(&word)
        }
    }
}

/// Returns the result of [`FfiType::check`] for bytes that need no alignment.
fn check<T: FfiType>(bytes: &[u8]) -> Result<(), String> {
    assert_eq!(bytes.len(), size_of::<T>());
    // Aligned as strictly as any message here.
    let mut aligned = vec![0_u64; bytes.len().div_ceil(8)];
    bytemuck::cast_slice_mut(&mut aligned)[..bytes.len()].copy_from_slice(bytes);
    const { assert!(align_of::<T>() <= align_of::<u64>()) };
    // SAFETY: the copy is aligned, initialised, long enough by the assertion, and used by no other
    // code.
    unsafe { T::check(aligned.as_ptr().cast()) }.map_err(|invalid| invalid.to_string())
}

#[test]
fn a_checked_message_is_read_from_good_bytes_alone() {
    let good = valid_nested();
    let nested: Nested = try_pod_read_unaligned(&good).expect("these are valid");
    assert!(nested.scalars.flag && nested.part.spare && nested.parts[1].spare && nested.flags[2]);
    for (offset, kind) in NESTED {
        let mut bytes = good.clone();
        bytes[offset] = 2;
        let refused = try_pod_read_unaligned::<Nested>(&bytes).is_err();
        assert_eq!(refused, !matches!(kind, Kind::Any), "{kind:?} at {offset}");
    }
    assert_eq!(
        try_cast_slice::<u8, Colour>(&[0, 3, 255]),
        Ok(&[Colour::Unknown, Colour::Red, Colour::Blue][..])
    );
    assert!(try_cast_slice::<u8, Colour>(&[0, 3, 254]).is_err());
    assert!(try_pod_read_unaligned::<Mask>(&1_u64.to_ne_bytes()).is_err());
}

#[test]
fn padding_is_not_looked_at() {
    let mut bytes = valid_nested();
    bytes[at!(colour) + 1..at!(scalars)].fill(0xEE);
    bytes[at!(scalars.flag) + 1..at!(scalars.wide)].fill(0xEE);
    bytes[at!(digest) + 20..].fill(0xEE);
    assert_eq!(check::<Nested>(&bytes), Ok(()));
    assert_eq!(try_pod_read_unaligned::<Nested>(&bytes), try_pod_read_unaligned(&valid_nested()));
}

#[test]
fn a_refusal_names_the_path() {
    let cases = [
        (at!(colour), "colour: 9 is not a Colour"),
        (at!(scalars.flag), "scalars.flag: 9 is not a bool"),
        (
            at!(parts) + size_of::<Part>() + std::mem::offset_of!(Part, spare),
            "parts[1].spare: 9 is not a bool",
        ),
        (at!(palette) + 4, "palette[4]: 9 is not a Colour"),
    ];
    for (offset, message) in cases {
        let mut bytes = vec![0; size_of::<Nested>()];
        bytes[offset] = 9;
        assert_eq!(check::<Nested>(&bytes), Err(message.to_owned()));
    }
}

#[test]
fn what_any_bits_are_valid_for_says_so() {
    assert_eq!([Plain::ANY_BITS, OddNames::ANY_BITS], [true, true]);
    assert_eq!([Scalars::ANY_BITS, Nested::ANY_BITS, Part::ANY_BITS, Colour::ANY_BITS], [false; 4]);
    assert_eq!(bytes_of(&Plain::zeroed()).len(), size_of::<Plain>());
}

/// Returns bytes that are mostly small, as random ones would hardly ever be valid.
fn bytes_of_size(size: usize) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![12 => 0..=1_u8, 3 => Just(3), 3 => Just(255), 1 => any::<u8>()];
    proptest::collection::vec(byte, size)
}

/// Returns valid bytes with a few changed.
fn almost_valid_nested() -> impl Strategy<Value = Vec<u8>> {
    let change = (0..NESTED.len(), 0..8_usize, prop_oneof![0..=3_u8, Just(255), any::<u8>()]);
    proptest::collection::vec(change, 0..4).prop_map(|changes| {
        let mut bytes = valid_nested();
        for (field, behind, byte) in changes {
            let offset = NESTED[field].0 + behind;
            if offset < bytes.len() {
                bytes[offset] = byte;
            }
        }
        bytes
    })
}

fn nested_fits(bytes: &[u8]) -> bool {
    NESTED.iter().all(|(offset, kind)| fits(bytes, *offset, *kind))
}

proptest! {
    #[test]
    fn nested_is_checked_as_an_oracle_would(bytes in almost_valid_nested()) {
        prop_assert_eq!(check::<Nested>(&bytes).is_ok(), nested_fits(&bytes));
        prop_assert_eq!(try_pod_read_unaligned::<Nested>(&bytes).is_ok(), nested_fits(&bytes));
    }

    #[test]
    fn random_bytes_are_checked_as_an_oracle_would(bytes in bytes_of_size(size_of::<Nested>())) {
        prop_assert_eq!(check::<Nested>(&bytes).is_ok(), nested_fits(&bytes));
        let scalars = &bytes[..size_of::<Scalars>()];
        prop_assert_eq!(check::<Scalars>(scalars).is_ok(), scalars[std::mem::offset_of!(Scalars, flag)] < 2);
        let part = &bytes[..size_of::<Part>()];
        prop_assert_eq!(check::<Part>(part).is_ok(), part[std::mem::offset_of!(Part, spare)] < 2);
        prop_assert_eq!(check::<Plain>(&bytes[..size_of::<Plain>()]), Ok(()));
        prop_assert_eq!(check::<OddNames>(&bytes[..size_of::<OddNames>()]), Ok(()));
    }

    #[test]
    fn an_enum_is_its_discriminants(word in prop_oneof![any::<i32>(), -3..4, Just(i32::MIN)], byte: u8) {
        let level = Level::from_repr(word);
        prop_assert_eq!(level.is_some(), [i32::MIN, -1, 0, 1].contains(&word));
        prop_assert_eq!(level.map(FfiEnum::to_repr), level.map(|_| word));
        prop_assert_eq!(check::<Level>(&word.to_ne_bytes()).is_ok(), level.is_some());
        prop_assert_eq!(check::<Colour>(&[byte]).is_ok(), [0, 3, 255].contains(&byte));
        prop_assert_eq!(check::<bool>(&[byte]).is_ok(), byte < 2);
    }
}
