#!/usr/bin/env bash
# Builds the templates under src/ in the order of their includes, only what is out of date.
set -euo pipefail
shopt -s nullglob

SRC=src OUT=out
declare -A DEPS=() BUILT=() WHY=()
declare -i compiled=0 skipped=0
verbose=0 jobs=1
defines=()

usage() {
    cat <<-USAGE
	usage: ${0##*/} [-v] [-j JOBS] [-D NAME=VALUE]... [target...]
	  targets: all clean graph check
	USAGE
}

log() { if ((verbose)); then printf '  %-8s %s\n' "$@"; fi; }
die() {
    printf '%s: error: %s\n' "${0##*/}" "$*" >&2
    exit 2
}

# The files that $1 includes, one a line.
includes() {
    sed -n 's/^@include "\([^"]*\)"$/\1/p' "$SRC/$1"
}

scan() {
    local file name
    for file in "$SRC"/*.in; do
        name=${file##*/}
        mapfile -t list < <(includes "$name")
        DEPS[$name]="${list[*]-}"
        for dep in "${list[@]}"; do
            [[ -e $SRC/$dep ]] || die "$name: no such include: $dep"
        done
    done
}

# The names in an order in which includes come first.
order() {
    local name dep
    for name in "${!DEPS[@]}"; do
        echo "$name $name"
        for dep in ${DEPS[$name]}; do echo "$dep $name"; done
    done | sort | tsort
}

stale() {
    local name=$1 out=$OUT/${1%.in} dep
    if [[ ! -e $out ]]; then
        WHY[$name]="missing"
        return 0
    fi
    if [[ $SRC/$name -nt $out ]]; then
        WHY[$name]="changed"
        return 0
    fi
    for dep in ${DEPS[$name]}; do
        if [[ -n ${BUILT[$dep]:-} ]]; then
            WHY[$name]="$dep was built"
            return 0
        fi
    done
    return 1
}

compile() {
    local name=$1 out=$OUT/${1%.in} line define
    local -a script=()
    for define in "${defines[@]}"; do
        script+=(-e "s|@${define%%=*}@|${define#*=}|g")
    done
    while IFS= read -r line || [[ -n $line ]]; do
        if [[ $line =~ ^@include\ \"(.*)\.in\"$ ]]; then
            cat "$OUT/${BASH_REMATCH[1]}"
        else
            printf '%s\n' "$line"
        fi
    done <"$SRC/$name" | sed "${script[@]}" -e '/^#/d' >"$out.tmp"
    mv -- "$out.tmp" "$out"
    BUILT[$name]=1
    compiled+=1
    log CC "$name (${WHY[$name]})"
}

target_all() {
    local name
    mkdir -p "$OUT"
    scan
    for name in $(order); do
        if stale "$name"; then compile "$name"; else
            skipped+=1
            log SKIP "$name"
        fi
    done
    echo "all: $compiled compiled, $skipped up to date"
    compiled=0 skipped=0 BUILT=()
}

target_clean() {
    rm -rf -- "$OUT"
    echo "clean"
}

target_graph() {
    scan
    echo 'digraph deps {'
    for name in "${!DEPS[@]}"; do
        for dep in ${DEPS[$name]}; do printf '  "%s" -> "%s";\n' "${name%.in}" "${dep%.in}"; done
    done | sort
    echo '}'
}

target_check() {
    local bad=0 file
    for file in "$OUT"/*; do
        if left=$(grep -on '@[A-Z]*@' "$file"); then
            while IFS=: read -r line word; do
                echo "${file#"$OUT"/}:$line: undefined: ${word//@/}"
            done <<<"$left"
            bad=$((bad + 1))
        fi
    done
    (cd "$OUT" && md5sum -- *) | awk '{ print substr($1, 1, 8), $2 }'
    return "$bad"
}

main() {
    local option OPTIND
    while getopts ':vj:D:h' option; do
        case $option in
        v) verbose=1 ;;
        j) [[ $OPTARG == +([0-9]) ]] || die "bad number of jobs: $OPTARG"; jobs=$OPTARG ;;
        D) [[ $OPTARG == *=* ]] || die "bad definition: $OPTARG"; defines+=("$OPTARG") ;;
        h) usage; return ;;
        :) usage >&2; die "-$OPTARG needs an argument" ;;
        \?) usage >&2; die "unknown option: -$OPTARG" ;;
        esac
    done
    shift $((OPTIND - 1))
    ((jobs > 0)) || die "no jobs"
    local target
    for target in "${@:-all}"; do
        [[ $(type -t "target_$target") == function ]] || die "no rule to make target '$target'"
        "target_$target"
    done
}

main -h
main -v -D VERSION=1.4 -D NAME='the app' graph all
echo "--- again"
main -v
echo "--- one changed"
touch -d '2099-01-01 00:00:00' src/header.in
main -v -D VERSION=1.5 -D NAME='the app'
echo "--- check"
main check || echo "check: $? files are bad"
cat out/page
main clean
for args in '-j x' '-j' '-q' 'nosuch'; do
    # shellcheck disable=SC2086
    (main $args) || echo "exit $?"
done
[[ ! -e out ]]
echo '@include "gone.in"' >src/broken.in
main all
