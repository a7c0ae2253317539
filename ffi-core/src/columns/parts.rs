//! Lists of the columns of a message, from the list of the types of its fields.

use super::raw::Column;
use crate::schema::piece::Member;
use crate::types::FfiType;
use crate::types::parts::{Both, for_each_tuple};

/// Types of the fields of a message with columns.
pub trait ColumnParts {
    /// Column of each type, without the name and place of a field.
    const COLUMNS: ColumnList;
}

/// Columns of the fields of a message, in their order.
#[derive(Clone, Copy, Debug)]
pub enum ColumnList {
    /// As many as a tuple has.
    Few(&'static [Column]),
    /// More.
    Both(&'static ColumnList, &'static ColumnList),
}

impl ColumnList {
    /// The list of a message with a field that has no place in shared memory, which rustc reports.
    pub const NONE: Self = Self::Few(&[]);

    const fn len(&self) -> usize {
        match self {
            Self::Few(columns) => columns.len(),
            Self::Both(first, second) => first.len() + second.len(),
        }
    }

    const fn get(&self, index: usize) -> Column {
        match self {
            Self::Few(columns) => columns[index],
            Self::Both(first, second) => {
                let len = first.len();
                if index < len { first.get(index) } else { second.get(index - len) }
            }
        }
    }

    /// Returns the columns with the names and places of the members.
    #[must_use]
    pub const fn of_members<const N: usize>(&self, members: &[Member]) -> [Column; N] {
        let mut columns = [Column::of::<u8>(); N];
        // Without columns rustc has reported a field.
        if self.len() == N && members.len() == N {
            let mut index = 0;
            while index < N {
                columns[index] = self.get(index).of_field(members[index].name, members[index].offset);
                index += 1;
            }
        }
        columns
    }
}

impl<A: ColumnParts, B: ColumnParts> ColumnParts for Both<A, B> {
    const COLUMNS: ColumnList = ColumnList::Both(&A::COLUMNS, &B::COLUMNS);
}

macro_rules! column_parts {
    ($($T:ident $index:tt,)*) => {
        impl<$($T: FfiType),*> ColumnParts for ($($T,)*) {
            const COLUMNS: ColumnList = ColumnList::Few(&[$(Column::of::<$T>()),*]);
        }
    };
}

for_each_tuple!(column_parts);

/// Returns a column as a slice.
///
/// # Safety
///
/// The pointer with that index is to `len` valid values of type `F`, which no thread writes to for
/// as long as the slice is used.
#[inline(always)]
#[must_use]
pub unsafe fn column<'a, F>(pointers: &[*mut u8], index: usize, len: usize) -> &'a [F] {
    // SAFETY: by this function's contract there are `len` valid values, which no thread writes to.
    unsafe { std::slice::from_raw_parts(pointers[index].cast(), len) }
}

/// Returns a column as a mutable slice.
///
/// # Safety
///
/// The pointer with that index is to `len` valid values of type `F`, which no other code uses for
/// as long as the slice is used.
#[inline(always)]
#[must_use]
pub unsafe fn column_mut<'a, F>(pointers: &[*mut u8], index: usize, len: usize) -> &'a mut [F] {
    // SAFETY: by this function's contract there are `len` valid values, which no other code uses.
    unsafe { std::slice::from_raw_parts_mut(pointers[index].cast(), len) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn member(name: &'static str, offset: usize) -> Member {
        Member { name, hash: 0, number: 1, offset }
    }

    #[test]
    fn a_list_of_two_has_the_members_of_both_in_their_order() {
        type Types = Both<(u8, bool), (u64,)>;
        let members = [member("a", 0), member("b", 1), member("c", 8)];
        let columns: [Column; 3] = Types::COLUMNS.of_members(&members);
        let expected = [
            Column::of::<u8>().of_field("a", 0),
            Column::of::<bool>().of_field("b", 1),
            Column::of::<u64>().of_field("c", 8),
        ];
        assert_eq!(format!("{columns:?}"), format!("{expected:?}"));
    }
}
