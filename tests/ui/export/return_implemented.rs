use ffi_core::boundary::{Failure, FfiOutput, FfiReturn};
use ffi_core::ffi_export;
use ffi_core::schema::encode::{Fragment, Piece};

struct Text;

// Dart would read a string at that address.
impl FfiOutput for Text {
    type Abi = usize;
    const RETURNS: Fragment = &[Piece::Text("\"string\"")];
    const FINGERPRINT: u64 = <String as FfiOutput>::FINGERPRINT;

    fn into_abi(self) -> Result<usize, Failure> {
        Ok(8)
    }
}

struct Pointer;

impl FfiReturn for Pointer {
    type Output = String;
    const FALLIBLE: bool = false;

    fn into_abi(self) -> Result<<String as FfiOutput>::Abi, Failure> {
        Ok(std::ptr::without_provenance_mut(8))
    }
}

#[ffi_export]
fn text() -> Text {
    Text
}

#[ffi_export]
fn pointer() -> Pointer {
    Pointer
}

fn main() {}
