//! Paths of a `FieldMask`, which are in snake_case in protobuf and in lowerCamelCase in JSON.

/// Appends a path of a `FieldMask` as JSON has it, `a.bC` of `a.b_c`; false if there is no way
/// back.
pub(super) fn camel_path(path: &[u8], out: &mut Vec<u8>) -> bool {
    let mut bytes = path.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'_' => match bytes.next() {
                Some(next) if next.is_ascii_lowercase() => out.push(next.to_ascii_uppercase()),
                _ => return false,
            },
            byte if byte.is_ascii_uppercase() => return false,
            byte => out.push(*byte),
        }
    }
    true
}

/// Appends a path of a `FieldMask` as .proto has it, `a.b_c` of `a.bC`; false if it isn't one.
pub(super) fn snake_path(path: &[u8], out: &mut Vec<u8>) -> bool {
    for byte in path {
        match byte {
            b'_' => return false,
            byte if byte.is_ascii_uppercase() => out.extend([b'_', byte.to_ascii_lowercase()]),
            byte => out.push(*byte),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_both_ways_or_not_at_all() {
        for (proto, json) in [("a", "a"), ("foo_bar.b_c2", "fooBar.bC2"), ("a.b", "a.b")] {
            let (mut there, mut back) = (Vec::new(), Vec::new());
            assert!(camel_path(proto.as_bytes(), &mut there));
            assert_eq!(there, json.as_bytes());
            assert!(snake_path(&there, &mut back));
            assert_eq!(back, proto.as_bytes());
        }
        for path in ["fooBar", "foo_3", "foo__bar", "foo_", "foo_Bar"] {
            assert!(!camel_path(path.as_bytes(), &mut Vec::new()), "{path}");
        }
        assert!(!snake_path(b"foo_bar", &mut Vec::new()));
    }
}
