/// Memory that Rust and Dart share, exceptions and values: the common part of
/// all generated packages.
///
/// A generated package exports this library: an application that uses one or
/// several packages doesn't import it.
library;

export 'src/native.dart'
    show
        BoolArray,
        EnumArray,
        EnumList,
        EnumVec,
        FfiMap,
        FfiPool,
        FfiQueue,
        FfiVec,
        Float32Array,
        Float32Vec,
        Float64Array,
        Float64Vec,
        Int16Array,
        Int16Vec,
        Int32Array,
        Int32Vec,
        Int64Array,
        Int64Vec,
        Int8Array,
        Int8Vec,
        MessageArray,
        NativeArray,
        NativeBox,
        NativeColumns,
        NativeMemory,
        NumberVec,
        PoolSlots,
        RawArray,
        RawBox,
        RawColumns,
        RawMemory,
        TreeChildren,
        Uint16Array,
        Uint16Vec,
        Uint32Array,
        Uint32Vec,
        Uint64Array,
        Uint64Vec,
        Uint8Array,
        Uint8Vec;
export 'values.dart';
