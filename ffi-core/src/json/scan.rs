//! Reads tokens of JSON (RFC 8259) from bytes, and nothing that isn't JSON.
//!
//! There is no tree and no list of tokens: a caller that knows the type of what comes asks for it,
//! and text without escapes is a slice of the input. A crate with such a reader, as `jiter`, brings
//! numbers of any size, its own tree and an unsafe core with it; here numbers are checked against
//! the types of protobuf, and all of it is safe code.

use std::borrow::Cow;

use crate::proto::{DecodeError, DecodeErrorKind};
use crate::types::utf8;

/// Bytes of JSON, and a position in them.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'a> {
    /// All of it, which is UTF-8.
    text: &'a [u8],
    at: usize,
}

/// Text between quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quoted<'a> {
    /// Bytes as they are written, escapes and all.
    pub(super) raw: &'a [u8],
    /// True if there are escapes.
    pub(super) has_escapes: bool,
    /// Position of the first byte.
    at: usize,
}

/// A number without an exponent, of at most 19 digits: `digits` without its point, which has
/// `places` of them behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) is_negative: bool,
    pub(super) digits: u64,
    pub(super) places: usize,
    /// Number of bytes that it takes, with its quotes if it has some.
    len: usize,
}

/// A number as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<'a> {
    pub(super) text: &'a str,
    /// True if there are only a sign and digits.
    pub(super) is_integer: bool,
}

impl<'a> Scanner<'a> {
    /// Returns a scanner of the bytes, if they are UTF-8.
    pub(super) fn new(text: &'a [u8]) -> Result<Self, DecodeError> {
        match utf8(text) {
            Ok(_) => Ok(Self { text, at: 0 }),
            Err(_) => Err(not_utf8(text)),
        }
    }

    /// Returns the position of the next byte.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Skips white space, and returns the byte after it.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, DecodeError> {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return Ok(*byte),
                None => return Err(self.truncated()),
            }
        }
    }

    /// Skips a byte that was seen.
    #[inline]
    pub(super) fn bump(&mut self) {
        self.at += 1;
    }

    /// Reads white space and a byte that must come.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8, what: &str) -> Result<(), DecodeError> {
        if self.peek()? == byte {
            self.at += 1;
            return Ok(());
        }
        Err(self.unexpected(what))
    }

    /// Reads the comma before the next element, or the `end` of the list or object; returns true if
    /// there is an element.
    #[inline]
    pub(super) fn more(&mut self, is_first: bool, end: u8) -> Result<bool, DecodeError> {
        let byte = self.peek()?;
        if byte == end {
            self.at += 1;
            return Ok(false);
        }
        if is_first {
            return Ok(true);
        }
        if byte != b',' {
            return Err(self.unexpected(if end == b']' { "`,` or `]`" } else { "`,` or `}`" }));
        }
        self.at += 1;
        if self.peek()? == end {
            return Err(self.unexpected("an element behind the comma"));
        }
        Ok(true)
    }

    /// Reads a word if it is there: `null`, `true`, `false`.
    #[inline]
    pub(super) fn word(&mut self, word: &str) -> bool {
        let is_there = self.text[self.at..].starts_with(word.as_bytes())
            && !self.text.get(self.at + word.len()).is_some_and(u8::is_ascii_alphanumeric);
        if is_there {
            self.at += word.len();
        }
        is_there
    }

    /// Reads a name of an object that stands at the position, given in quotes and with a colon
    /// behind it, as most writers write it; false if it is another one, or has white space before
    /// its colon.
    #[inline]
    pub(super) fn name(&mut self, quoted: &[u8]) -> bool {
        let is_it = self.text[self.at..].starts_with(quoted);
        if is_it {
            self.at += quoted.len();
        }
        is_it
    }

    /// Returns the number that stands at the position, in quotes or without; `None` if it isn't in
    /// the form that most writers give it.
    #[inline]
    pub(super) fn decimal(&self) -> Option<Decimal> {
        let text = &self.text[self.at..];
        let is_quoted = text.first() == Some(&b'"');
        let mut at = usize::from(is_quoted);
        let is_negative = text.get(at) == Some(&b'-');
        at += usize::from(is_negative);
        let first = at;
        let mut digits = 0_u64;
        let mut digit_at = |at: usize| {
            let digit = text.get(at)?.wrapping_sub(b'0');
            // Those beyond 19 digits wrap, and are refused below.
            (digit < 10).then(|| digits = digits.wrapping_mul(10).wrapping_add(digit.into()))
        };
        while digit_at(at).is_some() {
            at += 1;
        }
        let whole = at - first;
        let mut places = 0;
        if text.get(at) == Some(&b'.') {
            at += 1;
            while digit_at(at).is_some() {
                (at, places) = (at + 1, places + 1);
            }
            if places == 0 {
                return None;
            }
        }
        // JSON has no zeros before a number.
        let is_number = whole == 1 || (whole > 1 && text[first] != b'0');
        let is_end = match text.get(at) {
            Some(b'"') => is_quoted,
            Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t') => !is_quoted,
            _ => false,
        };
        if !is_number || !is_end || whole + places > 19 {
            return None;
        }
        Some(Decimal { is_negative, digits, places, len: at + usize::from(is_quoted) })
    }

    /// Goes behind a number that stands at the position.
    #[inline]
    pub(super) fn pass(&mut self, decimal: Decimal) {
        self.at += decimal.len;
    }

    /// Reads text between quotes; escapes are only looked over.
    #[inline]
    pub(super) fn quoted(&mut self) -> Result<Quoted<'a>, DecodeError> {
        if self.peek()? != b'"' {
            return Err(self.unexpected("text in quotes"));
        }
        self.at += 1;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.at += plain(&self.text[self.at..]);
            match self.text.get(self.at) {
                Some(b'"') => {
                    let raw = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Quoted { raw, has_escapes, at: start });
                }
                Some(b'\\') => {
                    has_escapes = true;
                    // What is escaped may be a quote, and is checked when it is read.
                    self.at = self.text.len().min(self.at + 2);
                }
                Some(_) => return Err(self.malformed("a control character in text")),
                None => return Err(self.truncated()),
            }
        }
    }

    /// Reads a number.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Number<'a>, DecodeError> {
        self.peek()?;
        let start = self.at;
        let Some((len, is_integer)) = number_len(&self.text[start..]) else {
            return Err(self.unexpected("a number"));
        };
        self.at += len;
        let text = str::from_utf8(&self.text[start..self.at]).expect("a number is ASCII");
        Ok(Number { text, is_integer })
    }

    /// Reads over a value of any kind.
    pub(super) fn skip(&mut self, depth: u32) -> Result<(), DecodeError> {
        let inside = |scanner: &Self| depth.checked_sub(1).ok_or_else(|| scanner.too_deep());
        match self.peek()? {
            b'"' => {
                let text = self.quoted()?;
                self.unescape_with(text, |_| ())
            }
            b'{' => {
                let depth = inside(self)?;
                self.bump();
                let mut is_first = true;
                while self.more(is_first, b'}')? {
                    is_first = false;
                    let name = self.quoted()?;
                    self.unescape_with(name, |_| ())?;
                    self.expect(b':', "`:`")?;
                    self.skip(depth)?;
                }
                Ok(())
            }
            b'[' => {
                let depth = inside(self)?;
                self.bump();
                let mut is_first = true;
                while self.more(is_first, b']')? {
                    is_first = false;
                    self.skip(depth)?;
                }
                Ok(())
            }
            b'-' | b'0'..=b'9' => self.number().map(drop),
            _ if self.word("null") || self.word("true") || self.word("false") => Ok(()),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Checks that only white space is left.
    pub(super) fn end(&mut self) -> Result<(), DecodeError> {
        match self.peek() {
            Ok(_) => Err(self.unexpected("nothing more")),
            Err(_) => Ok(()),
        }
    }

    /// Returns the text of which quotes hold the escaped form.
    #[inline]
    pub(super) fn unescape(&self, quoted: Quoted<'a>) -> Result<Cow<'a, [u8]>, DecodeError> {
        if !quoted.has_escapes {
            return Ok(Cow::Borrowed(quoted.raw));
        }
        let mut text = Vec::with_capacity(quoted.raw.len());
        self.unescape_into(quoted, &mut text)?;
        Ok(Cow::Owned(text))
    }

    /// Appends the text of which quotes hold the escaped form. It is never longer than that.
    pub(super) fn unescape_into(&self, quoted: Quoted<'a>, out: &mut Vec<u8>) -> Result<(), DecodeError> {
        self.unescape_with(quoted, |part| out.extend_from_slice(part))
    }

    /// Passes the text of which quotes hold the escaped form to `put`, in parts.
    fn unescape_with(&self, quoted: Quoted<'a>, mut put: impl FnMut(&[u8])) -> Result<(), DecodeError> {
        let mut rest = quoted.raw;
        if !quoted.has_escapes {
            put(rest);
            return Ok(());
        }
        while let Some(escape) = memchr::memchr(b'\\', rest) {
            put(&rest[..escape]);
            let wrong = |what| {
                let mut place = self.clone();
                place.at = quoted.at + quoted.raw.len() - rest.len() + escape;
                place.malformed(what)
            };
            let escaped = &rest[escape + 1..];
            let (char, len) = match escaped.first() {
                Some(b'u') => unicode(escaped).map_err(wrong)?,
                Some(byte) => {
                    let byte = match byte {
                        b'"' | b'\\' | b'/' => *byte,
                        b'b' => 8,
                        b'f' => 12,
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        _ => return Err(wrong("an escape that JSON doesn't have")),
                    };
                    (char::from(byte), 1)
                }
                None => return Err(wrong("an escape that JSON doesn't have")),
            };
            put(char.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &escaped[len..];
        }
        put(rest);
        Ok(())
    }

    #[cold]
    pub(super) fn truncated(&self) -> DecodeError {
        DecodeError::new(
            DecodeErrorKind::Truncated,
            format_args!("the text ends at byte {}, inside a value; hint: it was cut off", self.at),
        )
    }

    #[cold]
    fn malformed(&self, problem: &str) -> DecodeError {
        DecodeError::new(
            DecodeErrorKind::Malformed,
            format_args!("{problem}, at byte {}; hint: this is not JSON as RFC 8259 has it", self.at),
        )
    }

    /// Returns the error that something else stands at the position.
    #[cold]
    pub(super) fn unexpected(&self, wanted: &str) -> DecodeError {
        let rest = str::from_utf8(&self.text[self.at.min(self.text.len())..]).unwrap_or_default();
        let shown: String = rest.chars().take(12).collect();
        DecodeError::new(
            DecodeErrorKind::Malformed,
            format_args!(
                "`{}` at byte {}, where {wanted} belongs; hint: mend the JSON there, or the type here",
                shown.escape_debug(),
                self.at
            ),
        )
    }

    #[cold]
    pub(super) fn too_deep(&self) -> DecodeError {
        DecodeError::new(
            DecodeErrorKind::TooDeep,
            format_args!(
                "nested too deeply at byte {}; hint: the JSON is damaged or hostile, or `JsonOptions::max_depth` is small",
                self.at
            ),
        )
    }
}

#[cold]
fn not_utf8(text: &[u8]) -> DecodeError {
    let at = str::from_utf8(text).err().map_or(0, |error| error.valid_up_to());
    DecodeError::new(
        DecodeErrorKind::Utf8,
        format_args!(
            "invalid UTF-8 at byte {at} of the JSON; hint: JSON is UTF-8, and bytes in it are base64"
        ),
    )
}

/// Returns the number of bytes before the first quote, backslash or control character: eight bytes
/// at a time, by the known trick of finding a zero byte in a word ("Bit Twiddling Hacks",
/// "Determine if a word has a byte less than n").
#[inline]
pub(super) fn plain(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = text[at..].first_chunk::<8>() {
        match special(u64::from_le_bytes(*chunk)) {
            8 => at += 8,
            before => return at + before,
        }
    }
    // The last bytes, with some before them that are plain, or with spaces behind them.
    let rest = text.len() - at;
    match text.last_chunk::<8>() {
        _ if rest == 0 => text.len(),
        Some(chunk) => text.len() - 8 + special(u64::from_le_bytes(*chunk)),
        None => {
            let mut word = u64::from_le_bytes([b' '; 8]);
            for byte in text.iter().rev() {
                word = word << 8 | u64::from(*byte);
            }
            special(word).min(rest)
        }
    }
}

/// Returns the number of bytes before the first special one, from the lowest byte on; 8 if there is
/// none.
#[inline(always)]
fn special(word: u64) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let quote = word ^ (ONES * b'"' as u64);
    let slash = word ^ (ONES * b'\\' as u64);
    // A false match is only possible above a true one, and the lowest is taken.
    let found = (quote.wrapping_sub(ONES) & !quote)
        | (slash.wrapping_sub(ONES) & !slash)
        | (word.wrapping_sub(ONES * 0x20) & !word);
    ((found & HIGH).trailing_zeros() / 8) as usize
}

/// Returns the length of the number at the start, and true if it has only a sign and digits.
#[inline]
pub(super) fn number_len(text: &[u8]) -> Option<(usize, bool)> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(text.first() == Some(&b'-'));
    match digits(at) {
        0 => return None,
        // JSON has no zeros before a number.
        many if many > 1 && text[at] == b'0' => return None,
        many => at += many,
    }
    let mut is_integer = true;
    if text.get(at) == Some(&b'.') {
        is_integer = false;
        let many = digits(at + 1);
        if many == 0 {
            return None;
        }
        at += 1 + many;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        is_integer = false;
        at += 1;
        at += usize::from(matches!(text.get(at), Some(b'+' | b'-')));
        let many = digits(at);
        if many == 0 {
            return None;
        }
        at += many;
    }
    Some((at, is_integer))
}

/// Reads `uXXXX`, or two of them that are a pair of surrogates. Returns also the number of bytes.
fn unicode(escaped: &[u8]) -> Result<(char, usize), &'static str> {
    const LONE: &str = "half of a pair of surrogates";
    let unit = |from: usize| {
        let digits = escaped.get(from..from + 4)?;
        digits.iter().try_fold(0, |all, digit| Some(all << 4 | char::from(*digit).to_digit(16)?))
    };
    let first = unit(1).ok_or("four hexadecimal digits are missing behind `\\u`")?;
    match first {
        0xD800..=0xDBFF => {
            if escaped.get(5..7) != Some(b"\\u") {
                return Err(LONE);
            }
            let second = unit(7).filter(|unit| (0xDC00..=0xDFFF).contains(unit)).ok_or(LONE)?;
            let char = char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
            Ok((char.ok_or(LONE)?, 11))
        }
        _ => Ok((char::from_u32(first).ok_or(LONE)?, 5)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_stops_where_one_byte_at_a_time_does() {
        for special in (0..0x20).chain([b'"', b'\\']) {
            for before in 0..20 {
                for ordinary in [b'a', 0x20, 0x7F, 0x80, 0xFF, b'!', b'#', b'[', b']'] {
                    let mut text = vec![ordinary; before];
                    assert_eq!(plain(&text), before);
                    text.push(special);
                    text.extend([ordinary, special, b'"', b'a', b'a', b'a', b'a', b'a', b'a']);
                    assert_eq!(plain(&text), before, "{special} behind {before} times {ordinary}");
                }
            }
        }
    }

    #[test]
    fn numbers_are_those_of_json() {
        for (text, len) in
            [("0", 1), ("-0", 2), ("10,", 2), ("1.5]", 3), ("1e5", 3), ("1E-05", 5), ("0.0e+1", 6)]
        {
            assert_eq!(number_len(text.as_bytes()).map(|it| it.0), Some(len), "{text}");
        }
        for text in ["", "-", "01", "+1", ".5", "1.", "1e", "1e+", "--1", "NaN"] {
            assert_eq!(number_len(text.as_bytes()), None, "{text}");
        }
        assert_eq!(number_len(b"-12"), Some((3, true)));
    }

    #[test]
    fn decimals_are_numbers_as_most_write_them() {
        let of = |text: &str| {
            let decimal = Scanner::new(text.as_bytes()).unwrap().decimal();
            decimal.map(|it| (it.is_negative, it.digits, it.places, it.len))
        };
        for (text, read) in [
            ("0,", (false, 0, 0, 1)),
            ("-0]", (true, 0, 0, 2)),
            ("12 ", (false, 12, 0, 2)),
            ("-1.50}", (true, 150, 2, 5)),
            ("0.05\n", (false, 5, 2, 4)),
            ("\"7\"", (false, 7, 0, 3)),
            ("\"-0.5\",", (true, 5, 1, 6)),
            ("9999999999999999999,", (false, 9_999_999_999_999_999_999, 0, 19)),
            ("1.999999999999999999,", (false, 1_999_999_999_999_999_999, 18, 20)),
        ] {
            assert_eq!(of(text), Some(read), "{text}");
        }
        for text in [
            "",
            "-",
            "01,",
            "00,",
            "-01,",
            ".5,",
            "1.,",
            "1.x",
            "1e5,",
            "1.5e1,",
            "+1,",
            "--1,",
            "1",
            "1x",
            "1\"",
            "\"1,",
            "\"1 \"",
            "\"\"",
            "\"-\"",
            "\"1e1\"",
            "10000000000000000000,",
            "1.9999999999999999999,",
            "x",
            "\"\u{e9}\"",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    fn unescaped(text: &str) -> Result<String, String> {
        let mut scanner = Scanner::new(text.as_bytes()).unwrap();
        let quoted = scanner.quoted().map_err(|error| error.to_string())?;
        let bytes = scanner.unescape(quoted).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(bytes.into_owned()).unwrap())
    }

    #[test]
    fn escapes_are_those_of_json() {
        let all = r#""a\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00 end""#;
        assert_eq!(unescaped(all).unwrap(), "a\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1F600} end");
        for (text, problem) in [
            (r#""\x""#, "an escape that JSON doesn't have, at byte 1"),
            (r#""ab\u12""#, "four hexadecimal digits"),
            (r#""\uD83D""#, "half of a pair of surrogates, at byte 1"),
            (r#""\uD83D\u0041""#, "half of a pair"),
            (r#""a\uDE00""#, "half of a pair of surrogates, at byte 2"),
            ("\"a\nb\"", "a control character in text, at byte 2"),
            (r#""abc"#, "the text ends at byte 4"),
            (r#""abc\"#, "the text ends at byte 5"),
        ] {
            let error = unescaped(text).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
