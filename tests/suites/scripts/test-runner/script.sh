#!/usr/bin/env bash
# Runs every function test_* of the files under tests/, each in a subshell, and reports in TAP.
set -uo pipefail

declare -i number=0 failed=0 skipped=0
declare -a failures=()
filter=${FILTER:-*}

# What the tests call.
fail() {
    local frame
    frame=$(caller "${2:-0}")
    echo "# ${1} (line ${frame%% *} of ${frame##*/})" >&3
    exit 1
}
assert_equal() { [[ $1 == "$2" ]] || fail "expected $(printf %q "$2"), got $(printf %q "$1")" 1; }
assert_match() { [[ $1 =~ $2 ]] || fail "${1@Q} does not match ${2@Q}" 1; }
assert_status() {
    local want=$1 got=0
    shift
    "$@" >/dev/null 2>&1 || got=$?
    ((got == want)) || fail "'$*' ended with $got instead of $want" 1
}
skip() {
    echo "# SKIP $*" >&3
    exit 77
}

run_one() {
    local file=$1 name=$2 status notes
    number+=1
    exec 4>&1
    notes=$(
        exec 3>&1 >/dev/null
        set -e
        cd "$sandbox"
        # shellcheck disable=SC1090
        source "$root/$file"
        trap 'type -t teardown >/dev/null && teardown' EXIT
        if type -t setup >/dev/null; then setup; fi
        "$name"
    )
    status=$?
    exec 4>&-
    local label=${file##*/}
    label="${label%.sh}: ${name#test_}"
    label=${label//_/ }
    case $status in
    0) echo "ok $number - $label" ;;
    77)
        skipped+=1
        echo "ok $number - $label ${notes##*$'\n'}"
        return
        ;;
    *)
        failed+=1
        failures+=("$label")
        if ((status > 128)); then
            echo "not ok $number - $label # killed by SIG$(kill -l $((status - 128)))"
        else
            echo "not ok $number - $label"
        fi
        ;;
    esac
    [[ -n $notes ]] && printf '%s\n' "$notes"
    return 0
}

root=$PWD
sandbox=$(mktemp -d)
trap 'rm -rf "$sandbox"' EXIT
echo "TAP version 13"
while IFS= read -r -d '' file; do
    # Only names are read here: the file runs in the subshells.
    mapfile -t names < <(grep -oE '^(function +)?test_[A-Za-z0-9_]+' "$file" | sed -E 's/^function +//')
    echo "# $file: ${#names[@]} tests"
    if ! bash -n "$file" 2>/dev/null; then
        number+=1 failed+=1
        failures+=("$file")
        echo "not ok $number - $file does not parse"
        continue
    fi
    for name in "${names[@]}"; do
        # shellcheck disable=SC2053
        [[ $name == test_$filter ]] || continue
        run_one "$file" "$name"
    done
done < <(find tests -name '*.sh' -print0 | sort -z)
echo "1..$number"
echo "# $((number - failed - skipped)) passed, $failed failed, $skipped skipped"
if ((failed)); then
    printf '# failed: %s\n' "${failures[@]}" >&2
    exit 1
fi
