//! The function that flutter_rust_bridge's generator writes for `async fn echo(value: i64) -> i64`,
//! its `StreamSink` of bytes,
//! and what it writes to call an `impl Fn(i64) -> DartFnFuture<i64>`.

use std::io::Write;

use flutter_rust_bridge::for_generated::byteorder::{NativeEndian, ReadBytesExt, WriteBytesExt};
use flutter_rust_bridge::for_generated::{
    Dart2RustMessageSse, FfiCallMode, Rust2DartAction, Rust2DartMessageSse, SseCodec, SseDeserializer,
    StreamSinkBase, TaskInfo,
};
use flutter_rust_bridge::{DartOpaque, Handler, IntoDart};

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

/// Adds `count` events of `size` bytes to a stream whose port is `port`.
#[no_mangle]
pub extern "C" fn bench_services_frb_stream(port: i64, size: usize, count: u64) {
    let sink = StreamSinkBase::<Vec<u8>, SseCodec>::deserialize(port.to_string());
    std::thread::spawn(move || {
        let mut bytes = vec![0; size - 8];
        for number in 0..count {
            bytes.fill(number as u8);
            let message = SseCodec::encode(Rust2DartAction::Success, |serializer| {
                serializer.cursor.write_u64::<NativeEndian>(number).unwrap();
                serializer.cursor.write_all(&bytes).unwrap();
            });
            if sink.add_raw(message).is_err() {
                return;
            }
        }
    });
}

/// Asks a function of Dart for the numbers below `count`, and posts the sum of its answers to
/// `port`.
///
/// # Safety
///
/// `function` came from `frb_dart_opaque_dart2rust_encode`, and belongs to this call.
#[no_mangle]
pub unsafe extern "C" fn bench_services_frb_ask(port: i64, function: *const std::ffi::c_void, count: i64) {
    // SAFETY: it came from there, by this function's contract.
    let function = unsafe { DartOpaque::from_raw(function) };
    FLUTTER_RUST_BRIDGE_HANDLER.wrap_async::<SseCodec, _, _, _>(
        TaskInfo { debug_name: "ask", port: Some(port), mode: FfiCallMode::Normal },
        move || {
            move |_context| async move {
                let mut sum = 0;
                for number in 0..count {
                    let arguments = vec![number.into_dart()];
                    let message =
                        FLUTTER_RUST_BRIDGE_HANDLER.dart_fn_invoke(function.clone(), arguments).await;
                    let mut deserializer = SseDeserializer::new(message);
                    assert_eq!(deserializer.cursor.read_u8().unwrap(), 0, "the function has thrown");
                    sum += deserializer.cursor.read_i64::<NativeEndian>().unwrap();
                    deserializer.end();
                }
                Ok::<Rust2DartMessageSse, Rust2DartMessageSse>(SseCodec::encode(
                    Rust2DartAction::Success,
                    |serializer| serializer.cursor.write_i64::<NativeEndian>(sum).unwrap(),
                ))
            }
        },
    );
}

/// Takes the answer of a function of Dart, as `frb_generated_boilerplate` does.
#[no_mangle]
pub extern "C" fn bench_services_frb_answer(call: i32, ptr: *mut u8, rust_vec_len: i32, data_len: i32) {
    // SAFETY: Dart passes a vector of `frb_rust_vec_u8_new`, and its lengths.
    let message = unsafe { Dart2RustMessageSse::from_wire(ptr, rust_vec_len, data_len) };
    FLUTTER_RUST_BRIDGE_HANDLER.dart_fn_handle_output(call, message);
}
