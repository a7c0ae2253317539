//! Traits of the field types: what they have in common with std's types of the same kind. What
//! their operations do is compared with those in `tests/tests/types_models.rs`.

use std::borrow::{Borrow, BorrowMut};
use std::cmp::Ordering;
use std::fmt::{Debug, Write as _};
use std::hash::{DefaultHasher, Hash, Hasher};

use bytemuck::Zeroable;

use super::buffer::assert_capacities;
use super::newtype::assert_transparent;
use super::*;
use crate::{FfiEmpty, FfiEnum, FfiMessage, FfiTimestamp};

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn check<T: FfiType>(value: &T) -> Result<(), InvalidValue> {
    // SAFETY: a reference is aligned, and no thread writes to the value; no type here has padding.
    unsafe { T::check(value) }
}

/// Asserts that a container and the slice in it are one for code that takes either.
fn is_a_slice<T: Debug + PartialEq>(
    mut container: impl AsRef<[T]> + AsMut<[T]> + BorrowMut<[T]>,
    expected: &mut [T],
) {
    assert_eq!(container.as_ref(), expected);
    assert_eq!(container.as_mut(), expected);
    assert_eq!(Borrow::<[T]>::borrow(&container), expected);
    assert_eq!(container.borrow_mut(), expected);
}

#[test]
fn a_vec_is_a_slice() {
    let mut vec = FfiVec::<u16, 4>::try_from([3, 1, 2]).unwrap();
    is_a_slice(vec, &mut [3, 1, 2]);
    for element in &mut vec {
        *element *= 10;
    }
    vec.retain_mut(|element| {
        *element += 1;
        *element != 11
    });
    assert_eq!(vec, &[31, 21][..]);
    assert_ne!(vec, &[31, 22][..]);
    assert_eq!((vec.capacity(), vec.len()), (4, 2));
    let floats = |second| FfiVec::<f64, 2>::try_from([1.0, second]).unwrap();
    assert_eq!(floats(2.0).partial_cmp(&floats(3.0)), Some(Ordering::Less));
    assert_eq!(floats(2.0).partial_cmp(&floats(f64::NAN)), None);
}

#[test]
fn bytes_are_a_slice() {
    let mut bytes = FfiBytes::<4>::try_from(b"abc").unwrap();
    is_a_slice(bytes, &mut b"abc".to_owned());
    for byte in &mut bytes {
        *byte -= 32;
    }
    assert_eq!(bytes, b"ABC");
    assert_eq!(bytes.partial_cmp(&FfiBytes::try_from(b"ABD").unwrap()), Some(Ordering::Less));
    assert_eq!(hash(&bytes), hash(&b"ABC"[..]), "as a map finds it by its slice");
}

#[test]
fn a_string_is_a_str() {
    let mut text = FfiStr::<8>::new();
    write!(text, "{}-{}", 1, 23).unwrap();
    assert!(write!(text, "45678").is_err(), "there is room for four bytes");
    assert_eq!((AsRef::<str>::as_ref(&text), AsRef::<[u8]>::as_ref(&text)), ("1-23", &b"1-23"[..]));
    assert_eq!((text.capacity(), text.len()), (8, 4));
    assert_eq!(text.partial_cmp(&FfiStr::try_from("1-3").unwrap()), Some(Ordering::Less));
    text.clear();
    text.zero_unused();
    assert_eq!(bytes_of(&text), [0; 12], "nothing of the text is left");
}

/// Returns the bytes of a value without padding, whose memory was zeroed by its type.
fn bytes_of<T>(value: &T) -> &[u8] {
    // SAFETY: the memory of a value without padding, all of which was written.
    unsafe { std::slice::from_raw_parts((&raw const *value).cast(), size_of::<T>()) }
}

#[test]
fn a_map_shows_its_entries() {
    let mut map = FfiMap::<u8, u8, 4>::default();
    assert_eq!((map.capacity(), map.is_empty()), (4, true));
    map.try_extend([(1, 10), (2, 20)]).unwrap();
    assert!(map.contains_key(&2) && !map.contains_key(&3));
    assert_eq!(map.values().copied().collect::<Vec<_>>(), [10, 20]);
    for (key, value) in &mut map {
        *value += key;
    }
    let entries = "[(1, 11), (2, 22)]";
    assert_eq!(format!("{:?}", map.iter()), entries);
    assert_eq!(format!("{:?}", map.iter_mut()), entries);
    let mut iter = map.iter();
    iter.next();
    assert_eq!((iter.clone().next(), iter.next()), (Some((&2, &22)), Some((&2, &22))));
    let indexed = map.indexed();
    assert_eq!(format!("{indexed:?}"), "{1: 11, 2: 22}");
    map.clear();
    map.zero_unused();
    assert_eq!(bytes_of(&map), [0; 12], "nothing of the entries is left");
}

#[test]
fn an_option_is_an_option() {
    let option = |value: Option<f32>| FfiOption::<f32>::from(value);
    assert_eq!(FfiOption::<u8>::default(), None);
    assert_eq!((option(Some(1.5)).into_option(), Option::from(option(None))), (Some(1.5), None::<f32>));
    assert_eq!((&option(Some(1.5))).into_iter().collect::<Vec<_>>(), [&1.5]);
    assert_eq!((&option(None)).into_iter().next(), None);
    assert_eq!(option(None).partial_cmp(&option(Some(0.0))), Some(Ordering::Less));
    assert_eq!(option(Some(f32::NAN)).partial_cmp(&option(Some(0.0))), None);
}

#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Gear {
    Park = 0,
    Drive = 4,
}

#[test]
fn an_open_enum_is_its_number() {
    let open = FfiOpen::<Gear>::default();
    assert_eq!((open.get(), open.raw()), (Ok(Gear::Park), 0));
    assert_eq!(hash(&FfiOpen::from(Gear::Drive)), hash(&4_u8));
    assert_ne!(hash(&FfiOpen::from(Gear::Drive)), hash(&FfiOpen::from(Gear::Park)));
    assert_eq!(check(&FfiOpen::<Gear>::from_raw(9)), Ok(()), "any number is one");
}

#[test]
fn a_reference_is_two_numbers() {
    #[derive(FfiMessage)]
    #[repr(C)]
    #[ffi(pool = 2)]
    struct Anchor {
        x: u32,
    }

    let reference = FfiRef::<Anchor>::from_parts(2, 7);
    assert_eq!(format!("{reference:?}"), "FfiRef(1, generation 7)");
    assert_eq!(format!("{:?}", FfiRef::<Anchor>::default()), "FfiRef(none)");
    assert_eq!(hash(&reference), hash(&(2_u32, 7_u32)));
    assert_eq!(check(&FfiRef::<Anchor>::from_bits(u64::MAX)), Ok(()), "any bits are one");
}

#[test]
fn logical_types_are_shown() {
    let empty = FfiEmpty::zeroed();
    assert_eq!((format!("{empty:?}"), format!("{empty}")), ("FfiEmpty".to_owned(), "empty".to_owned()));
    // Its byte means nothing.
    let other: FfiEmpty = bytemuck::cast(7_u8);
    assert_eq!((other, hash(&other), check(&other)), (empty, hash(&empty), Ok(())));
    assert_eq!(FfiTimestamp::new(-1, 5).unwrap().to_string(), "-1.000000005");
}

#[test]
fn a_capacity_error_shows_its_numbers() {
    let error = FfiVec::<u8, 2>::try_from([1, 2, 3]).unwrap_err();
    assert_eq!(format!("{error:?}"), "CapacityError { needed: 3, capacity: 2, .. }");
}

#[test]
fn a_capacity_is_a_u32_above_zero() {
    let fits = [0, 1, u32::MAX as usize, usize::MAX].map(buffer::capacity_fits);
    assert_eq!(fits, [false, true, true, usize::BITS == 32]);
    assert_capacities(true);
}

#[test]
#[should_panic = "a capacity is a number from 1 to 4294967295"]
fn another_capacity_is_refused() {
    assert_capacities(false);
}

#[test]
#[should_panic = "a newtype needs at least one byte"]
fn a_newtype_of_nothing_is_refused() {
    assert_transparent::<(), ()>();
}

#[test]
#[should_panic = "the newtype has another layout than its value"]
fn a_newtype_of_another_size_is_refused() {
    assert_transparent::<u64, u32>();
}
