//! What a text costs to parse, found out without parsing it.

use memchr::{memchr2, memchr3};

/// The size of a GraphQL document or of a JSON text, which share their brackets and strings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Names, numbers, strings, brackets and other signs; in GraphQL, commas are none.
    pub(crate) tokens: usize,
    /// Brackets of any kind that are open at once, at most: a parser goes down a step of its stack for each.
    pub(crate) nesting: usize,
    /// Bytes of the longest name.
    pub(crate) longest_name: usize,
    /// Whether a string in three quotes has no end.
    pub(crate) is_open: bool,
}

/// Measures a text in one pass, whatever is in it, and stops at the first token of more than `most`.
///
/// Where the text is not well-formed the figures are those of what a parser would read until it notices, or more.
pub(crate) fn scan(text: &[u8], most: usize) -> Scan {
    let mut found = Scan::default();
    let mut open: usize = 0;
    let mut rest = text.trim_ascii_start();
    while let Some((first, after)) = rest.split_first().filter(|_| found.tokens <= most) {
        rest = match first {
            b',' => {
                rest = after.trim_ascii_start();
                continue;
            }
            b'#' => {
                let end = memchr2(b'\r', b'\n', after).unwrap_or(after.len());
                rest = from(after, end).trim_ascii_start();
                continue;
            }
            b'"' => {
                // Once one has no end, none that begins after it has: looked for each time, the end of the text would
                // be gone to as often.
                let block = after.strip_prefix(b"\"\"").filter(|_| !found.is_open);
                let end = block.map(after_block_string);
                found.is_open |= end == Some(None);
                // The parser reads two of the quotes as an empty string then, and the third as another's first.
                end.flatten().unwrap_or_else(|| after_line_string(after))
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let after_name = skip(rest, |byte| byte == b'_' || byte.is_ascii_alphanumeric());
                found.longest_name = found.longest_name.max(rest.len() - after_name.len());
                after_name
            }
            b'-' | b'0'..=b'9' => skip(after, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-')
            }),
            b'.' => skip(after, |byte| byte == b'.'),
            b'{' | b'[' | b'(' => {
                open += 1;
                found.nesting = found.nesting.max(open);
                after
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                after
            }
            _ => after,
        };
        found.tokens += 1;
        rest = rest.trim_ascii_start();
    }
    found
}

fn from(text: &[u8], start: usize) -> &[u8] {
    text.get(start..).unwrap_or_default()
}

fn skip(text: &[u8], belongs: impl Fn(u8) -> bool) -> &[u8] {
    let end = text.iter().position(|byte| !belongs(*byte)).unwrap_or(text.len());
    from(text, end)
}

/// What comes after a string that three quotes have opened, if three close it.
fn after_block_string(mut rest: &[u8]) -> Option<&[u8]> {
    while let Some(at) = memchr2(b'"', b'\\', rest) {
        rest = from(rest, at);
        if let Some(after) = rest.strip_prefix(b"\"\"\"") {
            return Some(after);
        }
        rest = from(rest, if rest.starts_with(b"\\\"\"\"") { 4 } else { 1 });
    }
    None
}

/// What comes after a string whose opening quote has been read.
fn after_line_string(mut rest: &[u8]) -> &[u8] {
    while let Some(at) = memchr3(b'"', b'\\', b'\n', rest) {
        let is_escape = rest.get(at) == Some(&b'\\');
        rest = from(rest, if is_escape { at + 2 } else { at + 1 });
        if !is_escape {
            return rest;
        }
    }
    b""
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn tokens(text: &str) -> usize {
        scan(text.as_bytes(), usize::MAX).tokens
    }

    #[test]
    fn every_token_counts_and_nothing_else_does() {
        for (text, expected) in [
            ("", 0),
            (" \t\r\n,,, # { a b c", 0),
            ("{ a }", 3),
            ("{a,b}", 4),
            ("query Q($id: ID!) { a: node(id: $id) { ...F } }", 24),
            ("-12.5e+3 0", 2),
            (r#""a { b" """a " { \""" b""" """#, 3),
            (r#""\"" "\\" """#, 3),
            ("\"open { a }", 1),
            ("\"\"\"open { a }", 2),
            ("\"\"\"open\" { a }", 5),
            ("{ a # { b\n }", 3),
            ("{ a # { b\r }", 3),
            ("{\"a\": [1, 2, {}]}", 10),
        ] {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn nesting_is_that_of_all_brackets_together_outside_of_strings() {
        for (text, expected) in [
            ("{ a }", 1),
            ("{ a(b: [{ c: 1 }]) { d } }", 4),
            ("}}} { a }", 1),
            ("{ a(b: \"[[[\") # [[[\n }", 2),
            ("{ a(b: \"\"\" [[[\" [[[", 5),
        ] {
            assert_eq!(scan(text.as_bytes(), usize::MAX).nesting, expected, "{text}");
        }
    }

    /// What is in it would else be hidden from the scan and not from the parser.
    #[test]
    fn a_string_in_three_quotes_without_end_is_noticed_and_hides_nothing() {
        for (text, is_open) in [
            (r#""""a { \""" b""" "#, false),
            (r#""""a"#, true),
            (r#""""a\""""#, true),
            (r#""""a\"""\""" "#, true),
        ] {
            assert_eq!(scan(text.as_bytes(), usize::MAX).is_open, is_open, "{text}");
        }
        // Each of its strings might be one in three quotes.
        let strings = format!(r#""""{}"#, r#"x\""""""#.repeat(100_000));
        let begun = Instant::now();
        let found = scan(strings.as_bytes(), usize::MAX);
        assert!(found.is_open && found.tokens > 200_000, "{found:?}");
        assert!(begun.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn the_longest_name_is_measured() {
        assert_eq!(scan(b"{ a longest_1 b }", 9).longest_name, 9);
        assert_eq!(scan(b"{ \"a string is no name\" 123456 }", 9).longest_name, 0);
    }

    #[test]
    fn a_megabyte_of_anything_is_measured() {
        for piece in ["{", "a ", "\"", "\"\"\"", "\\", "#", "...", "\u{1f600}", "\0"] {
            let text = piece.repeat(1_000_000 / piece.len());
            assert!(scan(text.as_bytes(), usize::MAX).tokens <= text.len(), "{piece}");
            assert!(scan(text.as_bytes(), 10).tokens <= 11, "{piece}");
        }
    }
}
