#!/usr/bin/env bash
# A todo list with subcommands and long options, in the manner of people's own tools.
set -euo pipefail
TODO_FILE=${TODO_FILE:-todo.txt}
VERSION=0.3
format=plain color=auto verbose=0

red='' bold='' off=''
setup_color() {
    case $color in
    always) red=$'\e[31m' bold=$'\e[1m' off=$'\e[0m' ;;
    auto) if [[ -t 1 ]]; then color=always; setup_color; fi ;;
    never) red='' bold='' off='' ;;
    esac
}

die() { printf '%stodo: %s%s\n' "$red" "$*" "$off" >&2; exit 1; }

usage() {
    cat <<'USAGE'
Usage: todo [--format=plain|json|tsv] [--color[=WHEN]] [-v] COMMAND [ARG]...

  add TEXT...      add a task; +tag and @place and !1..!3 are understood
  list [PATTERN]   show open tasks
  done NUMBER...   close tasks
  stats            count them
USAGE
}

cmd_add() {
    (($#)) || die "add: what?"
    local text="$*" priority=3
    if [[ $text =~ (^|[[:space:]])!([1-3])([[:space:]]|$) ]]; then
        priority=${BASH_REMATCH[2]}
        text=${text/"${BASH_REMATCH[0]}"/ }
    fi
    text=${text//$'\t'/ }
    text=${text#"${text%%[! ]*}"}
    printf 'open\t%d\t%s\n' "$priority" "${text%"${text##*[! ]}"}" >>"$TODO_FILE"
    ((verbose)) && echo "added as $(wc -l <"$TODO_FILE")"
    return 0
}

cmd_list() {
    local -i number=0 shown=0
    local state priority text
    [[ $format == json ]] && printf '['
    while IFS=$'\t' read -r state priority text; do
        number+=1
        [[ $state == open && $text == *${1-}* ]] || continue
        case $format in
        plain) printf '%s%3d%s (%s) %s\n' "$bold" "$number" "$off" "${priority/1/${red}1$off}" "$text" ;;
        tsv) printf '%d\t%d\t%s\n' "$number" "$priority" "$text" ;;
        json)
            ((shown)) && printf ','
            text=${text//\\/\\\\}
            printf '{"n":%d,"p":%d,"text":"%s"}' "$number" "$priority" "${text//\"/\\\"}"
            ;;
        esac
        shown+=1
    done <"$TODO_FILE"
    [[ $format == json ]] && echo ']'
    ((shown)) || return 4
}

cmd_done() {
    local n
    for n; do
        [[ $n =~ ^[1-9][0-9]*$ ]] || die "done: not a number: $n"
        sed -n "${n}p" "$TODO_FILE" | grep -q '^open' || die "done: no open task $n"
        sed -i "${n}s/^open/done/" "$TODO_FILE"
    done
}

cmd_stats() {
    cut -f1 "$TODO_FILE" | sort | uniq -c | awk '{ print $2 ": " $1 }'
    grep -oE '(^|[[:space:]])[+@][[:alnum:]]+' "$TODO_FILE" | tr -d '[:blank:]' | sort | uniq -c | sort -k1,1nr -k2,2 | sed 's/^ *//'
}

todo() (
    while (($#)); do
        case $1 in
        --format=*) format=${1#*=} ;;
        --format) shift; format=${1:?--format needs a value} ;;
        --color) color=always ;;
        --color=*) color=${1#*=} ;;
        -[!-]?*) set -- "${1:0:2}" "-${1:2}" "${@:2}"; continue ;;
        -v | --verbose) verbose=1 ;;
        -V | --version) echo "todo $VERSION"; exit ;;
        -h | --help) usage; exit ;;
        --) shift; break ;;
        -*) die "unknown option: $1" ;;
        *) break ;;
        esac
        shift
    done
    [[ $format =~ ^(plain|json|tsv)$ ]] || die "unknown format: $format"
    setup_color
    local command=${1-list}
    shift || :
    declare -F "cmd_$command" >/dev/null || {
        local -a near=()
        mapfile -t near < <(compgen -A function "cmd_${command:0:1}")
        die "no command $command${near[0]+; did you mean ${near[*]#cmd_}?}"
    }
    "cmd_$command" "$@"
)

try() {
    printf '$ todo'
    printf ' %q' "$@"
    echo
    todo "$@" 2>&1 || echo "(status $?)"
}

try --help
try add
try -v add 'buy milk +food @shop'
try add call Ada !1 @phone
try add $'a "quoted"\ttask with \\ and   spaces  '
try add '!2 clean up +home +food'
try
try list Ada
try list nothing
try --format json list
try --format=tsv list food
try -vV
try done 2 4
try done 2
try done two
try --color list
try --color=never -- list
try stats
try dump
try lst
try --format
try --bad
cat -A "$TODO_FILE"
