//! A Rust source file as tokens: comments and strings cannot be mistaken for code, nor line breaks hide it.

use std::{fmt, fs, path::Path};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// One file of the repository.
pub struct Source {
    /// From the root of the repository, with `/`.
    pub path: String,
    pub text: String,
    pub tokens: TokenStream,
}

/// Something untidy, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    file: String,
    line: usize,
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// A path in the code, `use` trees expanded: `crate::award::queries` or `sea_orm::EntityTrait`.
#[derive(Debug, PartialEq, Eq)]
pub struct CodePath {
    pub line: usize,
    /// Within its own crate, by `crate`, `self` or `super`; from the root of the crate.
    pub local: bool,
    pub segments: Vec<String>,
}

impl Source {
    pub fn parse(path: &str, text: &str) -> Self {
        let tokens = text
            .parse()
            .unwrap_or_else(|error| panic!("{path} is not Rust: {error}"));
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens,
        }
    }

    /// Every Rust file of the workspace.
    pub fn tree() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let mut sources = Vec::new();
        for member in ["api", "domain", "entity", "migration", "tests"] {
            collect(root, &root.join(member), &mut sources);
        }
        sources
    }

    pub fn crate_name(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// The module that the file is: `domain/src/fund/ledger/writer.rs` is `fund`, `ledger`, `writer`.
    pub fn module(&self) -> Vec<String> {
        let inside = self
            .path
            .split_once("/src/")
            .map_or(self.path.as_str(), |(_, inside)| inside);
        let stem = inside.trim_end_matches(".rs");
        let mut module: Vec<String> = stem.split('/').map(str::to_owned).collect();
        if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            module.pop();
        }
        module
    }

    pub fn finding(&self, line: usize, message: impl Into<String>) -> Finding {
        Finding {
            file: self.path.clone(),
            line,
            message: message.into(),
        }
    }

    /// Every path in the code.
    pub fn paths(&self) -> Vec<CodePath> {
        let mut paths = Vec::new();
        collect_paths(self.tokens.clone(), &self.module(), &mut paths);
        paths
    }

    /// Calls `visit` on every run of sibling tokens, outermost first.
    pub fn each_run(&self, visit: &mut impl FnMut(&[TokenTree])) {
        each_run(self.tokens.clone(), visit);
    }
}

/// Whether a token is this word.
pub fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == word)
}

/// Whether a token is this sign.
pub fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a folder entry").path()).collect();
    paths.sort();
    for path in paths {
        // What npm has put there is not ours.
        if path.ends_with("node_modules") {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            let name = path
                .strip_prefix(root)
                .expect("within the root")
                .to_string_lossy()
                .replace('\\', "/");
            sources.push(Source::parse(&name, &text));
        }
    }
}

fn each_run(tokens: TokenStream, visit: &mut impl FnMut(&[TokenTree])) {
    let run: Vec<TokenTree> = tokens.into_iter().collect();
    visit(&run);
    for token in run {
        if let TokenTree::Group(group) = token {
            each_run(group.stream(), visit);
        }
    }
}

fn collect_paths(tokens: TokenStream, module: &[String], paths: &mut Vec<CodePath>) {
    let run: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = run.as_slice();
    while let Some((token, after)) = rest.split_first() {
        rest = match (token, after) {
            // `mod name { … }`: inside, `super` is this module.
            (TokenTree::Ident(word), [TokenTree::Ident(name), TokenTree::Group(body), after @ ..]) if word == "mod" => {
                let inner: Vec<String> = module.iter().cloned().chain([name.to_string()]).collect();
                collect_paths(body.stream(), &inner, paths);
                after
            }
            (TokenTree::Ident(_), _) => collect_path(&[], rest, module, paths),
            (TokenTree::Group(group), _) => {
                collect_paths(group.stream(), module, paths);
                after
            }
            _ => after,
        };
    }
}

/// Reads one path, or a tree of them, after a prefix; returns the tokens that follow it.
fn collect_path<'a>(
    prefix: &[String],
    run: &'a [TokenTree],
    module: &[String],
    paths: &mut Vec<CodePath>,
) -> &'a [TokenTree] {
    let line = run.first().map_or(0, |token| token.span().start().line);
    let mut segments = prefix.to_vec();
    let mut rest = run;
    loop {
        match rest {
            [TokenTree::Ident(segment), after @ ..] => {
                segments.push(segment.to_string());
                rest = after;
            }
            [TokenTree::Group(tree), after @ ..] if tree.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = tree.stream().into_iter().collect();
                for branch in inner.split(|token| is_sign(Some(token), ',')) {
                    collect_path(&segments, branch, module, paths);
                }
                return after;
            }
            _ => break,
        }
        match rest {
            [TokenTree::Punct(first), TokenTree::Punct(second), after @ ..]
                if (first.as_char(), second.as_char(), first.spacing()) == (':', ':', Spacing::Joint) =>
            {
                rest = after;
            }
            _ => break,
        }
    }
    if segments.len() > prefix.len() || line > 0 {
        paths.push(resolve(line, segments, module));
    }
    // Whatever stopped the path (a turbofish, a glob) is read as ordinary tokens; always leave at least one behind.
    if rest.len() == run.len() {
        run.get(1..).unwrap_or_default()
    } else {
        rest
    }
}

fn resolve(line: usize, segments: Vec<String>, module: &[String]) -> CodePath {
    let ups = segments.iter().take_while(|segment| *segment == "super").count();
    let own = usize::from(
        segments
            .first()
            .is_some_and(|segment| segment == "crate" || segment == "self"),
    );
    if ups + own == 0 {
        return CodePath {
            line,
            local: false,
            segments,
        };
    }
    let base = if segments.first().is_some_and(|segment| segment == "crate") {
        &[]
    } else {
        &module[..module.len().saturating_sub(ups)]
    };
    let segments = base
        .iter()
        .cloned()
        .chain(segments.into_iter().skip(ups + own))
        .collect();
    CodePath {
        line,
        local: true,
        segments,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(path: &str, text: &str) -> Vec<String> {
        let paths = Source::parse(path, text).paths();
        paths
            .into_iter()
            .filter(|path| path.local)
            .map(|path| path.segments.join("::"))
            .collect()
    }

    #[test]
    fn a_use_tree_is_read_as_the_paths_it_stands_for() {
        let text = "use crate::{Error, award::{queries, rules as law}, call::*};";
        assert_eq!(
            local("domain/src/fund/mod.rs", text),
            ["Error", "award::queries", "award::rules", "call"]
        );
    }

    #[test]
    fn self_and_super_are_counted_from_the_module_the_file_is() {
        let text = "use super::super::award; fn f() { self::g(); } mod inner { use super::x; }";
        let read = local("domain/src/fund/ledger/writer.rs", text);
        assert_eq!(
            read,
            ["fund::award", "fund::ledger::writer::g", "fund::ledger::writer::x"]
        );
        assert_eq!(local("domain/src/fund/mod.rs", "use super::award;"), ["award"]);
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        let text = "/// crate::award\nfn f() { let _ = \"crate::award\"; } // crate::award";
        assert_eq!(local("domain/src/fund/mod.rs", text), [""; 0]);
    }
}
