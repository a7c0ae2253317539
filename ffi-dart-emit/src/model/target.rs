//! Machine that a library was built for.

/// Machine of a library file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Name of the architecture, in lower case.
    pub name: String,
    /// Architecture, as far as it matters here.
    pub machine: Machine,
    /// True if the first byte of a number is its highest.
    pub big_endian: bool,
    /// True if it is for Windows.
    pub windows: bool,
}

/// An architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// x86 with 64 bits.
    X86_64,
    /// x86 with 32 bits.
    X86,
    /// Arm with 32 bits.
    Arm,
    /// Arm with 64 bits.
    Aarch64,
    /// RISC-V, 32 or 64 bits.
    Riscv,
    /// WebAssembly.
    WebAssembly,
    /// Any other.
    Other,
}
