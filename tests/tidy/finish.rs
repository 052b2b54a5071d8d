//! Nothing is left for later in the sources, and no lint is silenced without a reason.

use proc_macro2::TokenTree;

use super::source::{Finding, Source, is_sign, is_word};

/// Notes to oneself belong in an issue. Written in halves, so that this file does not find itself.
const NOTES: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("HA", "CK")];

pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = notes(source);
    source.each_run(&mut |run| {
        for (index, token) in run.iter().enumerate() {
            let line = token.span().start().line;
            if ["todo", "unimplemented"].iter().any(|name| is_word(Some(token), name))
                && is_sign(run.get(index + 1), '!')
            {
                findings.push(source.finding(line, format!("{token}! is not an answer")));
            }
            if is_sign(Some(token), '#') && silences(&run[index + 1..]) {
                findings.push(source.finding(line, "write #[expect(…, reason = \"…\")]: it goes away with its cause"));
            }
        }
    });
    findings
}

fn notes(source: &Source) -> Vec<Finding> {
    let words = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric())
            .any(|word| NOTES.contains(&word))
    };
    let lines = source.text.lines().enumerate().filter(|(_, line)| words(line));
    lines
        .map(|(number, _)| source.finding(number + 1, "a note to oneself belongs in an issue"))
        .collect()
}

/// Whether what follows a `#` is `[allow…]` or `![allow…]`.
fn silences(after: &[TokenTree]) -> bool {
    let attribute = if is_sign(after.first(), '!') {
        after.get(1)
    } else {
        after.first()
    };
    let Some(TokenTree::Group(group)) = attribute else {
        return false;
    };
    is_word(group.stream().into_iter().next().as_ref(), "allow")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        check(&Source::parse("api/src/lib.rs", text)).len()
    }

    #[test]
    fn notes_and_unwritten_code_are_found() {
        for note in NOTES {
            assert_eq!(found(&format!("// {note}: later")), 1, "{note}");
        }
        assert_eq!(found("fn f() { todo!() }"), 1);
        assert_eq!(found("fn f() { unimplemented!(\"later\") }"), 1);
        assert_eq!(found("fn f() { todo() } // a todo list, todo!()"), 0);
    }

    #[test]
    fn a_silenced_lint_is_found_and_an_expected_one_is_not() {
        assert_eq!(found("#[allow(dead_code)] fn f() {}"), 1);
        assert_eq!(found("#![allow(dead_code)]"), 1);
        assert_eq!(found("mod m { #[allow(clippy::all)] fn f() {} }"), 1);
        assert_eq!(
            found("#[expect(dead_code, reason = \"shown\")] fn allow() { allow(); } // #[allow(x)]"),
            0
        );
    }
}
