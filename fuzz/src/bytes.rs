//! Reads an input as choices and values.

/// The rest of an input. Behind the end there are zeros.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    /// Returns true if nothing is left.
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Takes `N` bytes.
    pub(crate) fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut taken = [0; N];
        self.fill(&mut taken);
        taken
    }

    /// Takes as many bytes as `room` has.
    pub(crate) fn fill(&mut self, room: &mut [u8]) {
        let (head, rest) = self.0.split_at(room.len().min(self.0.len()));
        room[..head.len()].copy_from_slice(head);
        room[head.len()..].fill(0);
        self.0 = rest;
    }

    /// Takes one byte.
    pub(crate) fn byte(&mut self) -> u8 {
        u8::from_le_bytes(self.take())
    }

    /// Takes a number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }
}
