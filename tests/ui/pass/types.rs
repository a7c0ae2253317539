// Every field type, by alias and by macro, with other names for one length; a oneof of a single
// case.

use ffi_core::{FfiBytes, FfiEnum, FfiMap, FfiMessage, FfiOpen, FfiOption, FfiRef, FfiStr, FfiVec, ffi_export};

const LEN: usize = 8;
type Name = FfiStr<LEN>;
type Names = FfiVec<Name, { LEN / 2 }>;

#[derive(FfiEnum, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
enum Mode {
    Off,
}

macro_rules! oneof {
    ($name:ident, $case:ident($ty:ty), $tag:literal) => {
        #[derive(FfiMessage)]
        #[repr(C, u32)]
        pub enum $name {
            Unset,
            #[ffi(tag = $tag)]
            $case($ty),
        }
    };
}

oneof!(Either, Names(Names), 2);

/// Cases whose names the derive also uses.
#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[repr(u32)]
#[ffi(checked, rename = "Odd", prefix = "other")]
pub enum Oneof {
    None,
    Some(u8),
    Ok(u16),
    Err((([u32; 2]))),
    #[ffi(rename = "own")]
    Self_(FfiRef<Sample>),
    Option(FfiOption<u64>),
    r#type(FfiOpen<Mode>),
    #[cfg(any())]
    Absent(String),
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = LEN as u32)]
pub struct Sample {
    name: Name,
    names: Names,
    bytes: FfiBytes<LEN>,
    either: Either,
    oneof: Oneof,
    several: [Oneof; 2],
    map: FfiMap<Mode, FfiOption<Oneof>, 1>,
    itself: FfiRef<Sample>,
    mode: FfiOpen<Mode>,
}

#[ffi_export]
fn same(oneof: Oneof, mode: FfiOpen<Mode>, sample: &mut Sample) -> Either {
    sample.oneof = oneof;
    sample.mode = mode;
    Either::Unset
}

#[ffi_export]
fn each(oneofs: &mut [Either]) -> Result<Oneof, ffi_core::CapacityError> {
    for oneof in oneofs {
        *oneof = Either::Names([FfiStr::try_from("one")?].try_into()?);
    }
    Ok(Oneof::None)
}

fn main() {
    let mut sample = Sample::new_zeroed_box();
    assert!(matches!(same(Oneof::Some(1), Mode::Off.into(), &mut sample), Either::Unset));
    assert!(matches!(sample.oneof, Oneof::Some(1)));
    let mut either = [Either::Unset];
    assert!(each(&mut either).is_ok());
    assert!(matches!(&either, [Either::Names(names)] if names[0] == "one"));
}
