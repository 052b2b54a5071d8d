# A throwaway PostgreSQL server. Sourced by the scripts that need one, once they have defined `say`,
# `fail` and `scratch`, the folder that they remove at their end. `start_postgres` exports OCTROI_TEST_POSTGRES;
# `stop_postgres` belongs into their trap.

cluster=            # data folder of our server, once it runs
owner=$(id -un)     # who runs that server

install() {
    local sudo=()
    (($(id -u) == 0)) || sudo=(sudo --non-interactive)
    command -v apt-get >/dev/null || fail "$1 is missing and this is not a Debian machine: install $1, then try again"
    say "Installing $1"
    { "${sudo[@]}" apt-get update --quiet && DEBIAN_FRONTEND=noninteractive \
        "${sudo[@]}" apt-get install --yes --quiet --no-install-recommends "$1"; } </dev/null \
        || fail "$1 is missing and apt-get could not install it: install $1, then try again"
}

# Prints the folder of the newest complete set of PostgreSQL programs, if there is one.
find_postgres() {
    local program folder
    while read -r program; do
        folder=$(dirname "$(readlink -f "$program")")
        if [[ -x $folder/initdb && -x $folder/pg_ctl ]]; then
            echo "$folder"
            return
        fi
    done < <(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort --version-sort --reverse; command -v postgres)
}

as_owner() {
    if [[ $owner == "$(id -un)" ]]; then "$@"; else (cd / && runuser --user "$owner" -- "$@"); fi
}

check_postgres() {
    postgres_bin=$(find_postgres)
    if [[ -z $postgres_bin ]]; then
        install postgresql
        postgres_bin=$(find_postgres)
        [[ -n $postgres_bin ]] || fail "PostgreSQL was installed, and initdb, pg_ctl or postgres still cannot be found"
    fi
    export OCTROI_TEST_POSTGRES_BIN=$postgres_bin
    # PostgreSQL refuses to run as root.
    if (($(id -u) == 0)); then
        owner=postgres
        id "$owner" >/dev/null 2>&1 || owner=nobody
        export OCTROI_TEST_POSTGRES_OWNER=$owner
    fi
    chmod 711 "$scratch"
}

# Starts it with settings of its own besides: start_postgres [SETTING=VALUE]...
start_postgres() {
    say "Starting $("$postgres_bin/postgres" --version) as $owner"

    local password data=$scratch/postgres
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    mkdir "$data"
    printf '%s\n' "$password" >"$data.password"
    chown "$owner" "$data" "$data.password"
    as_owner "$postgres_bin/initdb" --pgdata "$data" --username postgres --auth password --pwfile "$data.password" \
        --encoding UTF8 --locale C.UTF-8 --no-sync >"$scratch/initdb.log" 2>&1 \
        || fail "initdb failed: $(cat "$scratch/initdb.log")"
    printf '%s\n' "listen_addresses = '127.0.0.1'" "unix_socket_directories = ''" 'max_connections = 400' "$@" \
        | as_owner tee --append "$data/postgresql.conf" >/dev/null

    # A port that looks free may be taken a moment later: the server's own start is the test, so try a few.
    local port attempt
    for attempt in 1 2 3 4 5 6 7 8; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        if as_owner "$postgres_bin/pg_ctl" start --pgdata "$data" --log "$data/server.log" --wait --silent \
            --options "-p $port" </dev/null >/dev/null 2>&1; then
            cluster=$data
            export OCTROI_TEST_POSTGRES="postgres://postgres:$password@127.0.0.1:$port/postgres"
            return
        fi
    done
    fail "PostgreSQL does not start after $attempt attempts: $(cat "$data/server.log")"
}

stop_postgres() {
    [[ -n $cluster ]] || return 0
    # The data is thrown away, so nothing is gained by a checkpoint.
    as_owner "$postgres_bin/pg_ctl" stop --pgdata "$cluster" --mode immediate --silent || true
}
