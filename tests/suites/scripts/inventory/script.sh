#!/bin/bash
# A stock list in a text file, kept by a menu: what the user would type comes on standard input.
set -u
db=stock.tsv
PS3='action> '
TAB=$'\t'

init() {
    [[ -e $db ]] && return
    cat >"$db" <<-DB
	screw${TAB}1000${TAB}0.03
	hammer${TAB}12${TAB}14.90
	paint, red${TAB}7${TAB}8.50
	DB
}

# Replaces the file only when the new one is complete.
update() {
    local tmp
    tmp=$(mktemp "$db.XXXXXX") || return
    if "$@" >"$tmp"; then
        mv -f "$tmp" "$db"
    else
        local status=$?
        rm -f "$tmp"
        return "$status"
    fi
}

ask() {
    local prompt=$1 pattern=$2 answer tries=3
    while ((tries-- > 0)); do
        IFS= read -r -p "$prompt: " answer || return 2
        if [[ $answer =~ $pattern ]]; then
            REPLY=$answer
            return
        fi
        echo "not like $pattern: $answer"
    done
    return 1
}

find_item() { awk -F'\t' -v name="$1" 'tolower($1) == tolower(name) { print NR; found = 1 } END { exit !found }' "$db"; }

list() {
    local IFS=$TAB
    local -i number=0
    local name count price
    printf '%-4s%-14s%6s%9s%11s\n' No Name Count Price Value
    while read -r name count price; do
        number+=1
        printf '%-4d%-14.14s%6d%9s%11.2f\n' "$number" "$name" "$count" "$price" "$(awk -v c="$count" -v p="$price" 'BEGIN { print c * p }')"
    done <"$db"
    awk -F'\t' '{ s += $2 * $3 } END { printf "%44.2f\n", s }' "$db"
}

add() {
    ask name '^[^[:space:]][^	]*$' || return
    local name=$REPLY
    if line=$(find_item "$name"); then
        echo "already there, in line $line"
        return 1
    fi
    ask count '^[0-9]+$' && local count=$REPLY || return
    ask price '^[0-9]+(\.[0-9]{2})?$' && local price=$REPLY || return
    printf '%s\t%d\t%.2f\n' "$name" "$count" "$price" >>"$db"
    update sort -f "$db"
    echo "added $name"
}

take() {
    ask name . || return
    local line
    line=$(find_item "$REPLY") || { echo "no $REPLY"; return 1; }
    ask count '^[0-9]+$' || return
    update awk -F'\t' -v OFS='\t' -v at="$line" -v n="$REPLY" '
        NR == at { if ($2 < n) { print "only " $2 " left" > "/dev/stderr"; exit 3 } $2 -= n }
        { print }' "$db"
}

search() {
    IFS= read -r -p 'pattern: ' pattern
    grep -in -- "$pattern" "$db" | cut -f1 || :
    echo "status ${PIPESTATUS[*]}"
}

init
declare -A uses
select action in list add take search 'show file' undo quit; do
    case $action in
    list | add | take | search)
        cp "$db" "$db.before"
        "$action"
        status=$?
        ((status)) && echo "$action: status $status"
        if cmp -s "$db" "$db.before"; then :; else diff "$db.before" "$db"; fi
        ;;
    show*) cat -A "$db" ;;
    undo) [[ -e $db.before ]] && mv "$db.before" "$db" && echo undone ;;
    quit) break ;;
    *) echo "no such action: '$REPLY'" ;;
    esac
    uses[${action:-none}]=$((${uses[${action:-none}]:-0} + 1))
done
echo "left with status $?"
for action in "${!uses[@]}"; do echo "$action ${uses[$action]}"; done | sort
while read -r -n 3 -t 5 rest; do echo "rest: $rest"; done
md5sum "$db"
ls
