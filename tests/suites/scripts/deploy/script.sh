#!/usr/bin/env bash
# Deploys releases side by side, switches a link when all health checks pass, goes back otherwise, and keeps the last three.
set -euo pipefail

BASE=$PWD/srv KEEP=3
readonly BASE KEEP
mkdir -p "$BASE/releases" "$BASE/shared/log"
log=$BASE/deploy.log

note() { printf '%s %-9s %s\n' "${release:-------}" "$1" "${*:2}" | tee -a "$log"; }

on_error() {
    local status=$1 line=$2
    note failed "status $status at line $line in ${FUNCNAME[1]}"
    if [[ -n ${previous:-} ]]; then
        switch "$previous"
        note restored "$previous"
    else
        rm -f "$BASE/current"
    fi
    rm -rf "${BASE:?}/releases/$release"
    exit "$status"
}

switch() {
    ln -sfn "releases/$1" "$BASE/current.new"
    mv -T "$BASE/current.new" "$BASE/current"
}

current() { if [[ -L $BASE/current ]]; then basename "$(readlink "$BASE/current")"; fi; }

make_archive() {
    local version=$1 dir
    dir=$(mktemp -d)
    mkdir -p "$dir/app/bin" "$dir/app/conf"
    cat >"$dir/app/bin/serve" <<-SERVE
	#!/bin/sh
	# version $version
	case \$1 in
	ping) echo pong ;;
	version) echo "$version" ;;
	slow) i=0; while [ \$i -lt 200 ]; do i=\$((i + 1)); done; echo "\$i" ;;
	disk) test -w "\$2" && echo writable ;;
	esac
	SERVE
    chmod +x "$dir/app/bin/serve"
    printf 'version=%s\nfeatures=%s\n' "$version" "${2:-none}" >"$dir/app/conf/app.conf"
    case ${3:-} in
    broken) printf '#!/bin/sh\nexit 3\n' >"$dir/app/bin/serve" ;;
    corrupt) ;;
    esac
    tar -C "$dir" --sort=name --mtime=@0 --owner=0 --group=0 -cf - app | xz -c >"release-$version.tar.xz"
    sha256sum "release-$version.tar.xz" >"release-$version.tar.xz.sha256"
    if [[ ${3:-} == corrupt ]]; then printf 'x' >>"release-$version.tar.xz"; fi
    rm -rf "$dir"
}

health() {
    local app=$1 pid i failed=0
    local -a checks=("ping" "version" "slow" "disk $BASE/shared/log") pids=() names=()
    for check in "${checks[@]}"; do
        # shellcheck disable=SC2086
        "$app/bin/serve" $check >"$work/health.${check%% *}" 2>&1 &
        pids+=($!)
        names+=("${check%% *}")
    done
    for i in "${!pids[@]}"; do
        pid=${pids[i]}
        if wait "$pid"; then
            note check "${names[i]}: $(<"$work/health.${names[i]}")"
        else
            note check "${names[i]}: status $?"
            failed=$((failed + 1))
        fi
    done
    return "$failed"
}

prune() {
    local -a all=()
    mapfile -t all < <(cd "$BASE/releases" && printf '%s\n' * | sort -V)
    local old
    ((${#all[@]} > KEEP)) || return 0
    for old in "${all[@]:0:${#all[@]}-KEEP}"; do
        if [[ $old == "$(current)" ]]; then continue; fi
        rm -rf "${BASE:?}/releases/$old"
        note pruned "$old"
    done
}

deploy() (
    release=$1
    set -eE
    previous=$(current)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'on_error $? $LINENO' ERR
    note start "from ${previous:-nothing}"
    sha256sum --check --status "release-$release.tar.xz.sha256"
    mkdir "$BASE/releases/$release"
    tar -xJf "release-$release.tar.xz" --strip-components=1 -C "$BASE/releases/$release"
    ln -s ../../shared/log "$BASE/releases/$release/log"
    switch "$release"
    health "$BASE/current"
    note changes "$(diff -U0 "$BASE/releases/${previous:-$release}/conf/app.conf" "$BASE/releases/$release/conf/app.conf" | grep -c '^[+-][^+-]' || true) lines"
    prune
    note done "$(date -u -d @$((1700000000 + ${release//./})) +%FT%TZ)"
)

make_archive 1.0
make_archive 1.1 fast
make_archive 1.2 fast,small broken
make_archive 1.9 fast,small
make_archive 1.10 '' corrupt
make_archive 2.0 all
make_archive 2.1 all

for version in 1.0 1.1 1.2 1.9 1.10 2.0 2.1; do
    # Not behind ||, which would switch errexit off inside.
    set +e
    deploy "$version"
    status=$?
    set -e
    printf -- '-> %s, now %s\n' "$status" "$(current)"
done

echo
find srv ! -name '*.log' -printf '%y %p %l\n' | sort -k2 | sed 's/ $//'
srv/current/bin/serve version
echo
cut -d' ' -f2 "$log" | sort | uniq -c
tar -tJf release-2.0.tar.xz
