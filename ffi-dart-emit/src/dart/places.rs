//! Positions of the parts of a struct, and the padding between them.

/// Padding that a struct has in Rust. Dart knows no `align(N)`, so its own may be too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Padding {
    /// Its size.
    pub bytes: u64,
    /// Its offset in the struct.
    pub at: u64,
}

/// End of the part of a struct that is declared so far.
#[derive(Default)]
pub struct Places {
    end: u64,
    align: u64,
}

impl Places {
    /// Adds a part, and returns the padding before it that must be declared.
    pub fn add(&mut self, offset: u64, size: u64, align: u64) -> Option<Padding> {
        let padding = self.before(offset, align);
        self.end = offset + size;
        self.align = self.align.max(align);
        padding
    }

    /// Returns the padding at the end of a struct of `size` bytes that must be declared.
    pub fn finish(&mut self, size: u64) -> Option<Padding> {
        self.before(size, self.align.max(1))
    }

    fn before(&mut self, next: u64, align: u64) -> Option<Padding> {
        let at = self.end;
        (at.next_multiple_of(align) < next).then(|| Padding { bytes: next - at, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_dart_would_not_add_is_declared() {
        let mut places = Places::default();
        assert_eq!(places.add(0, 1, 1), None);
        assert_eq!(places.add(4, 4, 4), None, "Dart aligns it");
        assert_eq!(places.add(16, 4, 4), Some(Padding { bytes: 8, at: 8 }));
        assert_eq!(places.finish(20), None);
        assert_eq!(places.finish(32), Some(Padding { bytes: 12, at: 20 }));
    }
}
