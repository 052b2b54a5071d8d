# Builds the benchmark and the program that it measures. To be sourced, after lib/postgres.sh, by a script that has
# `say` and `fail` and a folder named `scratch`.

# Without the points at which tests stop the program.
shipped=(--package octroi-api --package octroi-tests --no-default-features --locked)

check_machine() {
    command -v cargo >/dev/null || fail "cargo is missing: install Rust from https://rustup.rs, then try again"
    command -v cc >/dev/null || install build-essential >&2
    [[ $(stat --file-system --format %T "$scratch") != tmpfs ]] || fail "$scratch is in memory: set TMPDIR to a folder on disk"
}

# Sets `program`.
build_shipped() {
    say "Building"
    cargo build "${shipped[@]}" --bin octroi --profile bench >&2
    cargo bench "${shipped[@]}" --bench ledger --no-run >&2
    program=$(realpath "${CARGO_TARGET_DIR:-target}")/release/octroi
}

describe_machine() {
    printf '%s, %s cores, %s, commit %s.\n' "$(date --iso-8601)" "$(nproc)" \
        "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" "$(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
}

# Runs the benchmark with these options: bench OPTION...
bench() { cargo bench "${shipped[@]}" --bench ledger --quiet -- "$@" --program "$program"; }
