//! How long things may be, for the one who reads them.

use proc_macro2::{Delimiter, TokenTree};

use super::source::{Finding, Source, is_sign, is_word};

const LINES_PER_FILE: usize = 400;
const LINES_PER_FUNCTION: usize = 70;
const COLUMNS: usize = 120;

pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = functions(source);
    let lines = source.text.lines().count();
    if lines > LINES_PER_FILE {
        let message = format!("{lines} lines in a file; {LINES_PER_FILE} at most: split it by what it is about");
        findings.push(source.finding(LINES_PER_FILE + 1, message));
    }
    for (number, line) in source.text.lines().enumerate() {
        let columns = line.chars().count();
        if columns > COLUMNS {
            findings.push(source.finding(number + 1, format!("{columns} columns in a line; {COLUMNS} at most")));
        }
    }
    findings
}

/// From the word `fn` to its closing brace, comments and blank lines included: that is what one scrolls through.
fn functions(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    source.each_run(&mut |run| {
        for (index, window) in run.windows(2).enumerate() {
            let (keyword, name) = (&window[0], &window[1]);
            if !is_word(Some(keyword), "fn") || !matches!(name, TokenTree::Ident(_)) {
                continue;
            }
            let signature_and_body = run[index..].iter().take_while(|token| !is_sign(Some(token), ';'));
            let body = signature_and_body.filter_map(|token| match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
                _ => None,
            });
            let (start, end) = (
                keyword.span().start().line,
                body.map(|body| body.span_close().end().line).next(),
            );
            let lines = end.map_or(1, |end| end + 1 - start);
            if lines > LINES_PER_FUNCTION {
                let message = format!("{lines} lines in fn {name}; {LINES_PER_FUNCTION} at most");
                findings.push(source.finding(start, message));
            }
        }
    });
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let source = Source::parse("domain/src/fund/rules.rs", text);
        check(&source).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_function_of_71_lines_is_found_wherever_it_hides() {
        let function = |lines: usize| format!("fn long() {{\n{}}}\n", "    step();\n".repeat(lines - 2));
        assert_eq!(findings(&function(70)), [""; 0]);
        let found = ["domain/src/fund/rules.rs:1: 71 lines in fn long; 70 at most"];
        assert_eq!(findings(&function(71)), found);
        assert_eq!(findings(&format!("impl X {{ {} }}", function(71))), found);
        assert_eq!(findings(&format!("fn short();\n\n{}", function(70))), [""; 0]);
    }

    #[test]
    fn a_line_of_121_columns_is_found_by_characters_not_bytes() {
        assert_eq!(findings(&format!("// {}", "é".repeat(117))), [""; 0]);
        let found = ["domain/src/fund/rules.rs:2: 121 columns in a line; 120 at most"];
        assert_eq!(findings(&format!("\n// {}", "é".repeat(118))), found);
    }

    #[test]
    fn a_file_of_401_lines_is_found() {
        assert_eq!(findings(&"//\n".repeat(400)), [""; 0]);
        assert_eq!(findings(&"//\n".repeat(401)).len(), 1);
    }
}
