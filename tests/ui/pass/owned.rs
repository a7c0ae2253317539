//! Text, vectors and options, also behind aliases.

#![allow(unused_variables)]

use ffi_core::ffi_export;

type Text = String;
type Answer<T> = Result<Option<T>, Text>;

#[ffi_export]
fn lent(text: &str, maybe: Option<&str>, list: Option<&[u8]>, into: Option<&mut u32>) -> Text {
    text.to_owned()
}

#[ffi_export]
fn copied(text: String, list: Vec<u16>, maybe: Option<Vec<f32>>, flag: Option<bool>) -> Vec<u16> {
    list
}

#[ffi_export]
fn answered(list: &[i64]) -> Answer<Vec<i64>> {
    Ok(Some(list.to_vec()))
}

fn main() {
    assert_eq!(lent("a", None, None, None), "a");
    assert_eq!(copied(String::new(), vec![1], None, None), [1]);
    assert_eq!(answered(&[1]), Ok(Some(vec![1])));
}
