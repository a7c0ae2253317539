//! Compares the field types with std's types of the same kind: every sequence of operations has
//! equal results, unless the capacity is exceeded.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytemuck::Zeroable;
use ffi_core::{CapacityError, FfiBytes, FfiMap, FfiOption, FfiRef, FfiStr, FfiType, FfiVec};
use fixture_types::{Node, Point};
use proptest::prelude::*;

/// Capacity of each model.
const N: usize = 6;

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn check<T: FfiType>(value: &T) -> Result<(), String> {
    // SAFETY: a reference is aligned, and everything but padding in it is initialised.
    unsafe { T::check(value) }.map_err(|invalid| invalid.to_string())
}

/// Returns the error for a length that doesn't fit.
fn refused(needed: usize) -> Option<(usize, usize)> {
    (needed > N).then_some((needed, N))
}

fn numbers<T>(result: Result<(), CapacityError<T>>) -> Option<(usize, usize)> {
    result.err().map(|error| (error.needed(), error.capacity()))
}

/// Checks that both panic, or both return equal values.
fn same<A: PartialEq<B> + std::fmt::Debug, B: std::fmt::Debug>(
    one: impl FnOnce() -> A,
    other: impl FnOnce() -> B,
) -> Result<(), TestCaseError> {
    match (catch_unwind(AssertUnwindSafe(one)), catch_unwind(AssertUnwindSafe(other))) {
        (Ok(one), Ok(other)) => prop_assert_eq!(one, other),
        (one, other) => prop_assert_eq!(one.is_err(), other.is_err()),
    }
    Ok(())
}

#[derive(Clone, Debug)]
enum VecOp {
    Push(u16),
    Insert(usize, u16),
    ExtendSlice(Vec<u16>),
    Extend(Vec<u16>),
    Pop,
    Remove(usize),
    SwapRemove(usize),
    Retain(u16),
    Truncate(usize),
    Clear,
    Sort,
    ZeroUnused,
}

fn vec_op() -> impl Strategy<Value = VecOp> {
    let some = || proptest::collection::vec(any::<u16>(), 0..5);
    prop_oneof![
        4 => any::<u16>().prop_map(VecOp::Push),
        2 => (0..8_usize, any::<u16>()).prop_map(|(index, value)| VecOp::Insert(index, value)),
        1 => some().prop_map(VecOp::ExtendSlice),
        1 => some().prop_map(VecOp::Extend),
        1 => Just(VecOp::Pop),
        1 => (0..7_usize).prop_map(VecOp::Remove),
        1 => (0..7_usize).prop_map(VecOp::SwapRemove),
        1 => (2..5_u16).prop_map(VecOp::Retain),
        1 => (0..8_usize).prop_map(VecOp::Truncate),
        1 => Just(VecOp::Clear),
        1 => Just(VecOp::Sort),
        1 => Just(VecOp::ZeroUnused),
    ]
}

fn apply_to_vec(vec: &mut FfiVec<u16, N>, model: &mut Vec<u16>, op: VecOp) -> Result<(), TestCaseError> {
    let len = model.len();
    match op {
        VecOp::Push(value) => {
            let result = vec.try_push(value);
            prop_assert_eq!(
                result.as_ref().err().map(|error| error.into_value()),
                (len == N).then_some(value)
            );
            prop_assert_eq!(numbers(result), refused(len + 1));
            if len < N {
                model.push(value);
            }
        }
        VecOp::Insert(index, value) if len < N => same(
            || vec.try_insert(index, value).is_ok(),
            || {
                model.insert(index, value);
                true
            },
        )?,
        VecOp::Insert(index, value) => {
            same(|| vec.try_insert(index, value).is_err(), || index <= len || panic!("beyond the end"))?;
        }
        VecOp::ExtendSlice(values) => {
            prop_assert_eq!(numbers(vec.try_extend_from_slice(&values)), refused(len + values.len()));
            if len + values.len() <= N {
                model.extend_from_slice(&values);
            }
        }
        VecOp::Extend(values) => {
            let needed = (len + values.len()).min(N + 1);
            prop_assert_eq!(numbers(vec.try_extend(values.iter().copied())), refused(needed));
            if needed <= N {
                model.extend(values);
            }
        }
        VecOp::Pop => prop_assert_eq!(vec.pop(), model.pop()),
        VecOp::Remove(index) => same(|| vec.remove(index), || model.remove(index))?,
        VecOp::SwapRemove(index) => same(|| vec.swap_remove(index), || model.swap_remove(index))?,
        VecOp::Retain(divisor) => {
            vec.retain(|value| !value.is_multiple_of(divisor));
            model.retain(|value| !value.is_multiple_of(divisor));
        }
        VecOp::Truncate(len) => {
            vec.truncate(len);
            model.truncate(len);
        }
        VecOp::Clear => {
            vec.clear();
            model.clear();
        }
        VecOp::Sort => {
            vec.sort_unstable();
            model.sort_unstable();
        }
        VecOp::ZeroUnused => vec.zero_unused(),
    }
    Ok(())
}

#[derive(Clone, Debug)]
enum StrOp {
    Push(char),
    PushStr(String),
    Extend(String),
    InsertStr(usize, String),
    Pop,
    Remove(usize),
    Retain(char),
    Truncate(usize),
    Uppercase,
    Clear,
}

fn any_char() -> impl Strategy<Value = char> {
    prop_oneof![Just('a'), Just('z'), Just('é'), Just('日'), Just('🦀'), Just('\0')]
}

fn any_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(any_char(), 0..4).prop_map(String::from_iter)
}

fn str_op() -> impl Strategy<Value = StrOp> {
    prop_oneof![
        4 => any_char().prop_map(StrOp::Push),
        1 => any_text().prop_map(StrOp::PushStr),
        1 => any_text().prop_map(StrOp::Extend),
        2 => (0..8_usize, any_text()).prop_map(|(index, text)| StrOp::InsertStr(index, text)),
        1 => Just(StrOp::Pop),
        1 => (0..7_usize).prop_map(StrOp::Remove),
        1 => any_char().prop_map(StrOp::Retain),
        1 => (0..8_usize).prop_map(StrOp::Truncate),
        1 => Just(StrOp::Uppercase),
        1 => Just(StrOp::Clear),
    ]
}

fn apply_to_str(string: &mut FfiStr<N>, model: &mut String, op: StrOp) -> Result<(), TestCaseError> {
    let len = model.len();
    match op {
        StrOp::Push(char) => {
            let result = string.try_push(char);
            prop_assert_eq!(numbers(result), refused(len + char.len_utf8()));
            if len + char.len_utf8() <= N {
                model.push(char);
            } else {
                prop_assert_eq!(result.unwrap_err().into_value(), char);
            }
        }
        StrOp::PushStr(text) => {
            prop_assert_eq!(numbers(string.try_push_str(&text)), refused(len + text.len()));
            if len + text.len() <= N {
                model.push_str(&text);
            }
        }
        StrOp::Extend(text) => {
            prop_assert_eq!(string.try_extend(text.chars()).is_ok(), len + text.len() <= N);
            if len + text.len() <= N {
                model.push_str(&text);
            }
        }
        StrOp::InsertStr(index, text) if len + text.len() <= N => same(
            || string.try_insert_str(index, &text).is_ok(),
            || {
                model.insert_str(index, &text);
                true
            },
        )?,
        StrOp::InsertStr(index, text) => same(
            || string.try_insert_str(index, &text).is_err(),
            || model.is_char_boundary(index) || panic!("not a boundary"),
        )?,
        StrOp::Pop => prop_assert_eq!(string.pop(), model.pop()),
        StrOp::Remove(index) => same(|| string.remove(index), || model.remove(index))?,
        StrOp::Retain(other) => {
            string.retain(|char| char != other);
            model.retain(|char| char != other);
        }
        StrOp::Truncate(len) => same(|| string.truncate(len), || model.truncate(len))?,
        StrOp::Uppercase => {
            string.make_ascii_uppercase();
            model.make_ascii_uppercase();
        }
        StrOp::Clear => {
            string.clear();
            model.clear();
        }
    }
    Ok(())
}

#[derive(Clone, Debug)]
enum MapOp {
    Insert(u8, u16),
    Change(u8, u16),
    Remove(u8),
    Retain(u16),
    Extend(Vec<(u8, u16)>),
    Clear,
}

fn map_op() -> impl Strategy<Value = MapOp> {
    let entry = || (0..9_u8, any::<u16>());
    prop_oneof![
        5 => entry().prop_map(|(key, value)| MapOp::Insert(key, value)),
        1 => entry().prop_map(|(key, value)| MapOp::Change(key, value)),
        2 => (0..9_u8).prop_map(MapOp::Remove),
        1 => (2..5_u16).prop_map(MapOp::Retain),
        1 => proptest::collection::vec(entry(), 0..4).prop_map(MapOp::Extend),
        1 => Just(MapOp::Clear),
    ]
}

fn apply_to_map(
    map: &mut FfiMap<u8, u16, N>,
    model: &mut HashMap<u8, u16>,
    op: MapOp,
) -> Result<(), TestCaseError> {
    let fits = |model: &HashMap<u8, u16>, key| model.contains_key(&key) || model.len() < N;
    match op {
        MapOp::Insert(key, value) if fits(model, key) => {
            prop_assert_eq!(map.try_insert(key, value).ok(), Some(model.insert(key, value)));
        }
        MapOp::Insert(key, value) => {
            prop_assert_eq!(map.try_insert(key, value).map_err(CapacityError::into_value), Err((key, value)));
        }
        MapOp::Change(key, value) => {
            let change = |there: &mut u16| *there ^= value;
            prop_assert_eq!(map.get_mut(&key).map(change), model.get_mut(&key).map(change));
        }
        MapOp::Remove(key) => prop_assert_eq!(map.remove(&key), model.remove(&key)),
        MapOp::Retain(divisor) => {
            map.retain(|_, value| !value.is_multiple_of(divisor));
            model.retain(|_, value| !value.is_multiple_of(divisor));
        }
        MapOp::Extend(entries) => {
            let fitting = entries.iter().take_while(|(key, value)| {
                let fits = fits(model, *key);
                if fits {
                    model.insert(*key, *value);
                }
                fits
            });
            let all = fitting.count() == entries.len();
            prop_assert_eq!(map.try_extend(entries).is_ok(), all);
        }
        MapOp::Clear => {
            map.clear();
            model.clear();
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_vec_does_what_a_vec_does(ops in proptest::collection::vec(vec_op(), 0..40)) {
        let (mut vec, mut model) = (FfiVec::new(), Vec::new());
        for op in ops {
            apply_to_vec(&mut vec, &mut model, op)?;
            prop_assert_eq!(&vec[..], &model[..]);
            prop_assert_eq!(vec.is_full(), model.len() == N);
            prop_assert_eq!(hash(&vec), hash(&model));
            prop_assert_eq!(format!("{vec:?}"), format!("{model:?}"));
            prop_assert_eq!(FfiVec::<_, N>::try_from(&model[..]), Ok(vec));
            prop_assert_eq!(check(&vec), Ok(()));
        }
    }

    #[test]
    fn a_string_does_what_a_string_does(ops in proptest::collection::vec(str_op(), 0..40)) {
        let (mut string, mut model) = (FfiStr::new(), String::new());
        for op in ops {
            apply_to_str(&mut string, &mut model, op)?;
            prop_assert_eq!(&string, &model);
            prop_assert_eq!(string.is_full(), model.len() == N);
            prop_assert_eq!(hash(&string), hash(&model));
            prop_assert_eq!(format!("{string:?} {string:>9}"), format!("{model:?} {model:>9}"));
            prop_assert_eq!(model.parse(), Ok(string));
            prop_assert_eq!(check(&string), Ok(()));
        }
    }

    #[test]
    fn a_map_does_what_a_map_does(ops in proptest::collection::vec(map_op(), 0..40)) {
        let (mut map, mut model) = (FfiMap::new(), HashMap::new());
        for op in ops {
            apply_to_map(&mut map, &mut model, op)?;
            prop_assert_eq!(map.len(), model.len());
            prop_assert_eq!(map.is_full(), model.len() == N);
            prop_assert_eq!(map.iter().map(|(key, value)| (*key, *value)).collect::<HashMap<_, _>>(), model.clone());
            for key in 0..9 {
                prop_assert_eq!(map.get(&key), model.get(&key));
            }
            let mut reversed = FfiMap::<_, _, 9>::new();
            reversed.try_extend(map.iter().rev().map(|(key, value)| (*key, *value))).expect("it has more room");
            prop_assert_eq!(&map, &reversed);
            prop_assert_eq!(check(&map), Ok(()));
        }
    }

    /// So many entries that keys are found by a table, in parts so that it grows.
    #[test]
    fn a_large_map_is_filled_compared_and_indexed(
        parts in proptest::collection::vec(proptest::collection::vec((0..150_u16, any::<u8>()), 0..90), 1..4)
    ) {
        let (mut map, mut model) = (FfiMap::<u16, u8, 100>::new(), HashMap::new());
        for part in parts {
            let fitting = part.iter().take_while(|(key, value)| {
                let fits = model.contains_key(key) || model.len() < 100;
                if fits {
                    model.insert(*key, *value);
                }
                fits
            });
            let all = fitting.count() == part.len();
            prop_assert_eq!(map.try_extend(part).is_ok(), all);
            prop_assert_eq!(map.iter().map(|(key, value)| (*key, *value)).collect::<HashMap<_, _>>(), model.clone());
            prop_assert_eq!(map.len(), model.len());
            let index = map.indexed();
            for key in 0..151 {
                prop_assert_eq!(index.get(&key), model.get(&key));
                prop_assert_eq!(index.contains_key(&key), model.contains_key(&key));
            }
        }
        let mut reversed = FfiMap::<_, _, 120>::new();
        reversed.try_extend(map.iter().rev().map(|(key, value)| (*key, *value))).expect("it has more room");
        prop_assert_eq!(&map, &reversed);
        if let Some(key) = map.keys().next().copied() {
            *reversed.get_mut(&key).expect("the maps were equal") ^= 1;
            prop_assert!(map != reversed, "another value");
            *reversed.get_mut(&key).expect("it is still there") ^= 1;
            let value = reversed.remove(&key).expect("the maps were equal");
            prop_assert!(map != reversed);
            reversed.try_insert(200, value).expect("there is room");
            prop_assert!(map != reversed, "another key with that value");
        }
    }

    #[test]
    fn an_option_does_what_an_option_does(values in proptest::collection::vec(any::<Option<u32>>(), 1..20)) {
        let (mut option, mut model) = (FfiOption::none(), None);
        for (step, value) in values.into_iter().enumerate() {
            match (step % 4, value) {
                (0, value) => {
                    option.set(value);
                    model = value;
                }
                (1, Some(value)) => prop_assert_eq!(option.replace(value), model.replace(value)),
                (2, Some(value)) => prop_assert_eq!(option.insert(value), model.insert(value)),
                _ => prop_assert_eq!(option.take(), model.take()),
            }
            prop_assert_eq!(option, model);
            prop_assert_eq!(option.as_ref(), model.as_ref());
            prop_assert_eq!((option.get(), option.is_some(), option.is_none()), (model, model.is_some(), model.is_none()));
            prop_assert_eq!((hash(&option), format!("{option:?}")), (hash(&model), format!("{model:?}")));
            prop_assert_eq!(FfiOption::from(model), option);
            prop_assert_eq!(check(&option), Ok(()));
        }
    }

    #[test]
    fn order_is_that_of_slices_and_strings(a in any_text(), b in any_text(), c: Option<u8>, d: Option<u8>) {
        let (one, other) = (FfiStr::<16>::try_from(&*a).unwrap(), FfiStr::<16>::try_from(&*b).unwrap());
        prop_assert_eq!(one.cmp(&other), a.cmp(&b));
        prop_assert_eq!(one == other, a == b);
        let (one, other) =
            (FfiBytes::<16>::try_from(a.as_bytes()).unwrap(), FfiBytes::<16>::try_from(b.as_bytes()).unwrap());
        prop_assert_eq!(one.cmp(&other), a.as_bytes().cmp(b.as_bytes()));
        prop_assert_eq!((*one).cmp(&*other), a.as_bytes().cmp(b.as_bytes()));
        prop_assert_eq!(FfiOption::from(c).cmp(&FfiOption::from(d)), c.cmp(&d));
    }
}

#[test]
fn a_string_survives_a_panic_in_retain() {
    let mut string = FfiStr::<16>::try_from("aébé日c").unwrap();
    let mut seen = 0;
    let result = catch_unwind(AssertUnwindSafe(|| {
        string.retain(|char| {
            seen += 1;
            assert!(seen < 4, "enough");
            char != 'é'
        });
    }));
    assert!(result.is_err());
    assert_eq!(string, "ab");
    assert_eq!(check(&string), Ok(()));
}

#[test]
fn what_is_taken_away_stays_until_it_is_zeroed() {
    let mut secret = FfiBytes::<4>::try_from(b"key!").unwrap();
    secret.clear();
    let bytes = |bytes: &FfiBytes<4>| -> [u8; 8] {
        // SAFETY: of the same size, and bytes and length are initialised since the string was full.
        unsafe { std::mem::transmute_copy(bytes) }
    };
    assert_eq!(&bytes(&secret)[4..], b"key!");
    secret.zero_unused();
    assert_eq!(bytes(&secret), [0; 8]);
}

#[test]
fn zeros_are_empty() {
    assert_eq!(FfiStr::<3>::zeroed(), "");
    assert_eq!(FfiVec::<Point, 3>::zeroed(), []);
    assert_eq!(FfiOption::<u64>::zeroed(), None);
    assert!(FfiMap::<u8, u8, 3>::zeroed().is_empty());
    assert!(FfiRef::<Node>::zeroed().is_none());
    assert_eq!(FfiRef::<Node>::default(), FfiRef::none());
    const EMPTY: FfiStr<8> = FfiStr::new();
    assert_eq!(EMPTY, FfiStr::<8>::default());
}

#[test]
fn strings_compare_with_strings_of_all_kinds() {
    let name = FfiStr::<8>::try_from("name").unwrap();
    let owned = String::from("name");
    assert_eq!([name == "name", "name" == name, name == *"name", name == owned, owned == name], [true; 5]);
    assert_ne!("other", name);
    assert_eq!(name, FfiStr::<4>::try_from("name").unwrap());
    let by_name = HashMap::from([(name, 1)]);
    assert_eq!(by_name.get("name"), Some(&1));
    let bytes = FfiBytes::<8>::try_from(b"name").unwrap();
    let slice = &b"name"[..];
    assert_eq!([bytes == b"name", bytes == *b"name", bytes == *slice, bytes == slice], [true; 4]);
    assert_eq!((&bytes).into_iter().copied().collect::<Vec<_>>(), b"name");
}
