/// Arithmetic on arrays of numbers and messages, for libraries that have kernels.
///
/// A generated package with kernels exports it.
library;

export 'src/simd.dart'
    hide
        SimdKernels,
        float32Kernels,
        float64Kernels,
        int16Kernels,
        int32Kernels,
        int64Kernels,
        int8Kernels,
        uint16Kernels,
        uint32Kernels,
        uint64Kernels,
        uint8Kernels;
