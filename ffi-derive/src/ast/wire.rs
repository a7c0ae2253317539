//! Forms of numbers in protobuf, as the attributes of a field or case ask for them.

use darling::util::SpannedValue;
use darling::{Error, Result};
use syn::Type;

use super::types;
use crate::attr::{Encoding, Packed};

/// The form in protobuf of the numbers in a field or case.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wire {
    /// The encoding of the integer, of the elements of a list, or of the values of a map.
    pub(crate) encoding: Option<Encoding>,
    /// The encoding of the keys of a map.
    pub(crate) key_encoding: Option<Encoding>,
    /// True if each number of a list has a key of its own.
    pub(crate) unpacked: bool,
}

impl Wire {
    pub(crate) fn of_field(
        encoding: Option<SpannedValue<Encoding>>,
        key_encoding: Option<SpannedValue<Encoding>>,
        packed: Option<SpannedValue<Packed>>,
    ) -> Self {
        Self {
            encoding: encoding.map(|it| *it),
            key_encoding: key_encoding.map(|it| *it),
            unpacked: packed.is_some_and(|it| !it.0),
        }
    }

    /// Returns the form of a case, which is one value.
    pub(crate) fn of_case(
        ty: Option<&Type>,
        encoding: Option<SpannedValue<Encoding>>,
        key_encoding: Option<SpannedValue<Encoding>>,
        packed: Option<SpannedValue<Packed>>,
    ) -> Result<Self> {
        let keys =
            [("key_encoding", key_encoding.map(|it| it.span())), ("packed", packed.map(|it| it.span()))];
        if let Some((key, span)) = keys.into_iter().find_map(|(key, span)| Some((key, span?))) {
            let problem = format!(
                "a case of a oneof is one value in protobuf, so it has no `{key}`\n\
                 hint: hold a message with the list or the map, and write it there"
            );
            return Err(Error::custom(problem).with_span(&span));
        }
        if let Some(encoding) = &encoding
            && ty.is_none_or(|ty| types::argument_of("ArenaBox", ty).is_some())
        {
            let problem = "this case has no integer, so it has no `encoding`\n\
                           hint: hold the integer itself, or remove `encoding`";
            return Err(Error::custom(problem).with_span(&encoding.span()));
        }
        Ok(Self { encoding: encoding.map(|it| *it), ..Self::default() })
    }
}
