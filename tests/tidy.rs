//! The plan of the house, kept by a test: who may import whom, how long things may be, nothing left half done.
//!
//! Each check is a function from one source file to findings, proved on small texts beside it and run here on the tree.

mod arrows;
mod finish;
mod size;
mod source;

use source::{Finding, Source};

#[test]
fn imports_follow_the_plan_of_the_house() {
    run(arrows::check);
}

#[test]
fn files_functions_and_lines_are_short() {
    run(size::check);
}

#[test]
fn nothing_is_left_half_done_or_silenced() {
    run(finish::check);
}

fn run(check: fn(&Source) -> Vec<Finding>) {
    let tree = Source::tree();
    // A tree that is not found would be perfectly tidy.
    for crate_name in ["api", "domain", "entity", "migration", "tests"] {
        assert!(
            tree.iter().any(|source| source.crate_name() == crate_name),
            "no sources of {crate_name} were read"
        );
    }
    let findings: Vec<String> = tree.iter().flat_map(check).map(|finding| finding.to_string()).collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}
