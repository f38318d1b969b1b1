#!/bin/bash
# A queue of jobs for a few workers: a FIFO as semaphore, a coprocess that counts, results in order, failures collected.
set -u
WORKERS=3 JOBS=12
dir=$(mktemp -d)
cleanup() {
    local status=$?
    trap - EXIT
    exec 8>&- 9>&- 2>/dev/null
    rm -rf "$dir"
    echo "cleanup after status $status"
    exit "$status"
}
trap cleanup EXIT
trap 'echo "interrupted"; exit 130' INT TERM

mkfifo "$dir/tokens"
exec 9<>"$dir/tokens"
for ((i = 0; i < WORKERS; i++)); do printf 't' >&9; done

# Sums what it is told, and answers when asked.
coproc SUMMER {
    total=0 count=0
    while read -r word value; do
        case $word in
        add) total=$((total + value)) count=$((count + 1)) ;;
        get) echo "$count $total" ;;
        esac
    done
}

collatz() {
    local n=$1 steps=0
    while ((n != 1)); do
        ((n % 2 ? (n = 3 * n + 1) : (n /= 2), steps++))
    done
    echo "$steps"
}

job() {
    local n=$1
    case $n in
    5) echo "job $n refuses" >&2; return 3 ;;
    8) kill -TERM "$BASHPID" ;;
    *) collatz $((n * 97 + 1)) ;;
    esac
}

declare -A pid_of=()
for ((n = 1; n <= JOBS; n++)); do
    read -r -n 1 -u 9
    {
        job "$n" >"$dir/out.$n" 2>"$dir/err.$n"
        status=$?
        printf 't' >&9
        exit "$status"
    } &
    pid_of[$n]=$!
    # The one that is killed gives no token back.
    if ((n == 8)); then
        wait $!
        echo "job 8 ended with $?, $(kill -l $?)"
        printf 't' >&9
        unset 'pid_of[8]'
    fi
done

failed=()
for n in $(printf '%s\n' "${!pid_of[@]}" | sort -n); do
    if wait "${pid_of[$n]}"; then
        printf 'job %2d: %3d steps\n' "$n" "$(<"$dir/out.$n")"
        echo "add $(<"$dir/out.$n")" >&"${SUMMER[1]}"
    else
        failed+=("$n=$?")
    fi
done
echo get >&"${SUMMER[1]}"
read -r count total <&"${SUMMER[0]}"
echo "$count results, $total steps; failed: ${failed[*]}"
cat "$dir"/err.*
pid=$SUMMER_PID
eval "exec ${SUMMER[1]}>&-"
wait "$pid"
echo "the coprocess ended with $?"

echo "wait -n:"
for code in 4 4 4; do (exit "$code") & done
codes=
for _ in 1 2 3; do wait -n; codes+="$? "; done
wait -n
echo "$codes$?"

echo "map and reduce:"
seq 1 2000 >"$dir/numbers"
split -n l/4 "$dir/numbers" "$dir/part."
for part in "$dir"/part.*; do
    awk '{ s += $1 * $1 } END { printf "%d\n", s }' "$part" >"$part.sum" &
done
wait
cat "$dir"/part.*.sum | paste -sd+ | { read -r sum; echo $((sum)); }

echo "xargs -P:"
seq 20 | xargs -P 4 -n 3 sh -c 'echo $(($1 + ${2:-0} + ${3:-0}))' sh | sort -n | paste -sd' '

echo "a pipe whose reader leaves:"
set -o pipefail
yes 'line' | head -n 3 | uniq -c | tr -s ' '
echo "${PIPESTATUS[*]}"
(trap 'echo "child got USR1"; exit 7' USR1; touch "$dir/ready"; while :; do sleep 0.05; done) &
child=$!
until [[ -e $dir/ready ]]; do sleep 0.02; done
kill -USR1 "$child"
wait "$child"
echo "status $?"
exit 5
