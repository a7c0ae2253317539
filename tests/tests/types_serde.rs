//! Tests the field types with serde: they read and write like std's types, and too many elements
//! are an error.

use ffi_core::{FfiBytes, FfiMap, FfiOpen, FfiOption, FfiStr, FfiVec};
use fixture_types::Mode;
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::de::value::{self, BytesDeserializer};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Settings {
    name: FfiStr<8>,
    key: FfiBytes<4>,
    sizes: FfiVec<u16, 3>,
    limit: FfiOption<f64>,
    ages: FfiMap<FfiStr<4>, u8, 2>,
    mode: FfiOpen<Mode>,
}

/// Returns the error of reading `json`, up to the line number.
fn error<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
    let error = serde_json::from_str::<T>(json).expect_err("it doesn't fit").to_string();
    error.split(" at line").next().expect("there is a first part").to_owned()
}

#[test]
fn they_are_written_as_their_cousins() {
    let settings = Settings {
        name: "näme".parse().unwrap(),
        key: b"\x00\xFF".try_into().unwrap(),
        sizes: [1, 2, 3].try_into().unwrap(),
        limit: None.into(),
        ages: [("Ada".parse().unwrap(), 36)].try_into().unwrap(),
        mode: FfiOpen::from_raw(9),
    };
    let json = r#"{"name":"näme","key":[0,255],"sizes":[1,2,3],"limit":null,"ages":{"Ada":36},"mode":9}"#;
    assert_eq!(serde_json::to_string(&settings).unwrap(), json);
    assert_eq!(serde_json::from_str::<Settings>(json).unwrap(), settings);
}

#[test]
fn too_much_is_an_error() {
    assert_eq!(error::<FfiStr<3>>("\"four\""), "length 4 exceeds 3");
    assert_eq!(error::<FfiBytes<2>>("[1,2,3]"), "length 3 exceeds 2");
    assert_eq!(error::<FfiVec<u8, 2>>("[1,2,3,4]"), "length 3 exceeds 2");
    assert_eq!(error::<FfiMap<FfiStr<1>, u8, 1>>(r#"{"a":1,"b":2}"#), "length 2 exceeds 1");
    assert_eq!(error::<FfiStr<3>>("7"), "invalid type: integer `7`, expected a string of up to 3 bytes");
    assert_eq!(error::<FfiBytes<2>>("7"), "invalid type: integer `7`, expected up to 2 bytes");
    assert_eq!(error::<FfiVec<u8, 2>>("7"), "invalid type: integer `7`, expected up to 2 elements");
    let map = error::<FfiMap<FfiStr<1>, u8, 1>>("7");
    assert_eq!(map, "invalid type: integer `7`, expected a map of up to 1 entries");
    assert_eq!(serde_json::from_str::<FfiMap<FfiStr<1>, u8, 1>>(r#"{"a":1,"a":2}"#).unwrap()["a"], 2);
}

/// Tests what formats with bytes of their own give, which JSON is not.
#[test]
fn bytes_are_read_as_bytes() {
    let read = |bytes| FfiBytes::<2>::deserialize(BytesDeserializer::<value::Error>::new(bytes));
    assert_eq!(read(b"ab").unwrap(), b"ab");
    assert_eq!(read(b"abc").unwrap_err().to_string(), "length 3 exceeds 2");
}

fn round_trip<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).expect("it can be written")).expect("it can be read")
}

proptest! {
    #[test]
    fn what_is_written_is_read(text in "\\PC{0,8}", bytes: Vec<u8>, option: Option<i64>) {
        let text = FfiStr::<64>::try_from(&*text).unwrap();
        prop_assert_eq!(round_trip(&text), text);
        if let Ok(bytes) = FfiBytes::<64>::try_from(&bytes[..]) {
            prop_assert_eq!(round_trip(&bytes), bytes);
            prop_assert_eq!(round_trip(&*bytes), *bytes);
        }
        prop_assert_eq!(round_trip(&FfiOption::from(option)), option);
    }
}
