use ffi_core::ffi_export;

type Text = String;

#[ffi_export]
fn sample() -> Text {
    Text::new()
}

fn main() {}
