#!/bin/bash
# Starts services, restarts those that fail, reloads on HUP, stops all on TERM; the services talk through FIFOs and files.
set -u
dir=$(mktemp -d)
state=$dir/state
mkdir "$state"
declare -A pid=() starts=() command=() limit=()
running=1 reloads=0
log() { printf '[%s] %s\n' "$1" "${*:2}"; }

wait_for() {
    local tries=400
    until "$@"; do
        ((tries-- > 0)) || { log wait "gave up on: ${*##*/}"; return 1; }
        sleep 0.05
    done
}
has_lines() { [[ -e $1 ]] && (($(wc -l <"$1") >= $2)); }

service_steady() {
    trap 'echo stopping >>"$state/steady"; exit 0' TERM
    trap 'echo reloaded >>"$state/steady"' HUP
    echo up >>"$state/steady"
    while :; do sleep 0.05; done
}
service_flaky() {
    echo "try" >>"$state/flaky"
    local n
    n=$(wc -l <"$state/flaky")
    ((n < 3)) && exit $((40 + n))
    trap 'exit 0' TERM
    echo "settled" >>"$state/flaky"
    while :; do sleep 0.05; done
}
service_doomed() { exit 1; }
service_stubborn() {
    trap '' TERM
    echo up >>"$state/stubborn"
    while :; do sleep 0.05; done
}
service_echo() {
    local line
    while IFS= read -r line; do
        case $line in
        quit) break ;;
        *) printf '%s\n' "${line^^}" ;;
        esac
    done <"$dir/in" >"$dir/out"
}

define() { command[$1]=service_$1 limit[$1]=$2; starts[$1]=0; }
start() {
    "${command[$1]}" 2>/dev/null &
    pid[$1]=$!
    starts[$1]=$((starts[$1] + 1))
}

define steady 1
define flaky 5
define doomed 3
define stubborn 1
mkfifo "$dir/in" "$dir/out"

trap 'reloads=$((reloads + 1))' HUP
trap 'running=0' TERM

log main "starts"
for name in doomed flaky steady stubborn; do start "$name"; done

# What ends is started again until its limit, each in its turn, so that the log has one order.
for name in doomed flaky; do
    while :; do
        if [[ $name == flaky ]] && ((starts[flaky] == 3)); then
            wait_for has_lines "$state/flaky" 4
            log "$name" "runs after ${starts[$name]} starts"
            break
        fi
        wait "${pid[$name]}"
        log "$name" "ended with $?"
        if ((starts[$name] >= limit[$name])); then
            log "$name" "is given up"
            unset "pid[$name]"
            break
        fi
        start "$name"
    done
done

wait_for has_lines "$state/steady" 1
wait_for has_lines "$state/stubborn" 1
kill -HUP $$
log main "reloads: $reloads"
for ((i = 2; i < 4; i++)); do
    kill -HUP "${pid[steady]}"
    wait_for has_lines "$state/steady" "$i"
done

log main "echo service"
service_echo &
pid[echo]=$!
exec 5>"$dir/in" 6<"$dir/out"
for word in 'hello there' 'a\tb  c' 'quit'; do printf '%s\n' "$word" >&5; done
while IFS= read -r -u 6 line; do log echo "$line"; done
exec 5>&- 6<&-
wait "${pid[echo]}"
log echo "ended with $?"
unset 'pid[echo]'

kill -TERM $$
if ((!running)); then log main "stops ${#pid[@]} services"; fi
for name in flaky steady stubborn; do
    kill -TERM "${pid[$name]}"
    if [[ $name == stubborn ]]; then
        sleep 0.2
        kill -0 "${pid[$name]}" && log "$name" "does not listen"
        kill -KILL "${pid[$name]}"
    fi
    wait "${pid[$name]}" 2>/dev/null
    log "$name" "ended with $?"
done 2>/dev/null
kill -0 "${pid[steady]}" 2>/dev/null || log steady "is gone"
cat "$state/steady"
timeout 0.3 sleep 10
log timeout "status $?"
{ timeout -s KILL 0.3 sleep 10; } 2>/dev/null
log timeout "status $?"
jobs
rm -r "$dir"
log main "restarts: doomed ${starts[doomed]}, flaky ${starts[flaky]}"
