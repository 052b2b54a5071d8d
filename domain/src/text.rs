//! Texts, as far as a database keeps them: what may be kept, and how what was kept is found again.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::SimpleExpr;

/// Whether a text may be kept: without control characters, tabs and line breaks aside. Nobody means the others, and
/// PostgreSQL can neither hold U+0000 nor compare anything with it.
pub(crate) fn may_be_kept(text: &str) -> bool {
    let is_forbidden = |character: char| character.is_control() && !matches!(character, '\t' | '\n' | '\r');
    !text.chars().any(is_forbidden)
}

/// The condition that a column has a text. No row has one that may not be kept, so the database is not asked for it.
pub(crate) fn is(column: impl ColumnTrait, text: &str) -> SimpleExpr {
    column.is_in(may_be_kept(text).then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_letters_and_lines_may_be_kept_and_one_of_other_control_characters_may_not() {
        for text in [
            "",
            "FTAP-2018-2",
            "une ligne\r\nune autre\tet « ça »",
            "\u{feff}\u{202e}\u{10ffff}",
        ] {
            assert!(may_be_kept(text), "{text:?}");
        }
        for text in ["\0", "a\0", "\u{1b}[31m", "\u{7f}", "\u{85}"] {
            assert!(!may_be_kept(text), "{text:?}");
        }
    }
}
