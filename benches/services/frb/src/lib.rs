//! The function that flutter_rust_bridge's generator writes for `async fn echo(value: i64) -> i64`.

use flutter_rust_bridge::for_generated::byteorder::{NativeEndian, ReadBytesExt, WriteBytesExt};
use flutter_rust_bridge::for_generated::{
    Dart2RustMessageSse, FfiCallMode, Rust2DartAction, Rust2DartMessageSse, SseCodec, SseDeserializer,
    TaskInfo,
};
use flutter_rust_bridge::Handler;

pub(crate) const FLUTTER_RUST_BRIDGE_CODEGEN_VERSION: &str = "2.12.0";

flutter_rust_bridge::frb_generated_default_handler!();

/// Posts the result to `port`.
#[no_mangle]
pub extern "C" fn bench_services_frb_echo(port: i64, ptr: *mut u8, rust_vec_len: i32, data_len: i32) {
    FLUTTER_RUST_BRIDGE_HANDLER.wrap_async::<SseCodec, _, _, _>(
        TaskInfo { debug_name: "echo", port: Some(port), mode: FfiCallMode::Normal },
        move || {
            // SAFETY: Dart passes a vector of `frb_rust_vec_u8_new`, and its lengths.
            let message = unsafe { Dart2RustMessageSse::from_wire(ptr, rust_vec_len, data_len) };
            let mut deserializer = SseDeserializer::new(message);
            let value = deserializer.cursor.read_i64::<NativeEndian>().unwrap();
            deserializer.end();
            move |_context| async move {
                Ok::<Rust2DartMessageSse, Rust2DartMessageSse>(SseCodec::encode(
                    Rust2DartAction::Success,
                    |serializer| serializer.cursor.write_i64::<NativeEndian>(value + 1).unwrap(),
                ))
            }
        },
    );
}
