#!/bin/bash
# Applies numbered migrations to a "database" of tab separated tables; remembers them with their sums; undoes what fails.
set -Eeuo pipefail
db=db
mkdir -p $db
: >$db/.applied

trace() {
    local status=$? i
    echo "error: status $status in '${BASH_COMMAND}'" >&2
    for ((i = 1; i < ${#FUNCNAME[@]} - 1; i++)); do
        echo "  ${FUNCNAME[i]} called in line ${BASH_LINENO[i]}" >&2
    done
}

# The language of the migrations.
create_table() { local IFS=$'\t'; [[ ! -e $db/$1 ]] || return 17; echo "${*:2}" >"$db/$1"; }
drop_table() { rm "$db/$1"; }
insert() { local table=$1 IFS=$'\t'; shift; echo "$*" >>"$db/$table"; }
add_column() { awk -v name="$2" -v value="$3" -F'\t' -v OFS='\t' '{ print $0, (NR == 1 ? name : value) }' "$db/$1" >"$db/$1~" && mv "$db/$1~" "$db/$1"; }
update() { awk -F'\t' -v OFS='\t' -v c="$2" -v from="$3" -v to="$4" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) at = i; if (!at) exit 9 } NR > 1 && $at == from { $at = to } 1' "$db/$1" >"$db/$1~" || { rm "$db/$1~"; return 9; }; mv "$db/$1~" "$db/$1"; }
select_rows() { join -t $'\t' -1 "$3" -2 1 <(tail -n +2 "$db/$1" | sort -t $'\t' -k"$3,$3") <(tail -n +2 "$db/$2" | sort -t $'\t' -k1,1); }

export db
export -f trace create_table drop_table insert add_column update

apply() {
    local file=$1 sum name=${1##*/}
    sum=$(cksum <"$file" | cut -d' ' -f1)
    if old=$(awk -v n="$name" '$1 == n { print $2; found = 1 } END { exit !found }' $db/.applied); then
        if [[ $old != "$sum" ]]; then
            echo "warning: $name has changed since it was applied" >&2
        fi
        return 0
    fi
    cp -R $db $db.before
    echo "-> $name: $(sed -n 's/^# *//p; q' "$file")"
    local status=0
    # A shell of its own: behind || errexit would be off in a subshell.
    bash -c 'set -Eeuo pipefail; trap trace ERR; source "$1"' "$name" "$file" || status=$?
    if ((status)); then
        rm -rf $db
        mv $db.before $db
        echo "   taken back (status $status)"
        return $status
    fi
    rm -rf $db.before
    echo "$name $sum" >>$db/.applied
}

migrate() {
    local file count=0
    for file in migrations/[0-9]*.sh; do
        if ! [[ ${file##*/} =~ ^([0-9]{3})-([a-z-]+)\.sh$ ]]; then
            echo "ignored: ${file##*/}"
            continue
        fi
        apply "$file" || { echo "stopped after $count"; return 1; }
        count=$((count + 1))
    done
    echo "$count are in"
}

dump() {
    local table
    for table in "$db"/*; do
        echo "[${table##*/}]"
        { head -n 1 "$table" | tr 'a-z' 'A-Z'; tail -n +2 "$table" | sort; } | expand -t 6,20,32
    done
}

migrate || echo "status $?"
dump
echo "--- repaired"
sed -i 's/colour/color/' migrations/004-repaint.sh
migrate
dump
echo "--- again"
migrate
echo '# touched' >>migrations/001-start.sh
migrate
echo "--- joined"
select_rows items owners 3 | cut -f2,4,5 --output-delimiter=' | '
awk '{ print NR, $1 }' $db/.applied
(trap 'echo "trap: $BASH_COMMAND"' DEBUG; x=1; echo $((x + 1))) 2>&1
ls -A
