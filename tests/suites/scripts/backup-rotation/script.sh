#!/bin/bash
# Daily backups for five weeks of a folder that changes: daily, weekly and monthly copies are kept, the rest goes.
set -euo pipefail
cd "$(dirname "$0")"
export TZ=UTC

KEEP_DAILY=7 KEEP_WEEKLY=4 KEEP_MONTHLY=2
START=1704067200 # 2024-01-01, a Monday
DAYS=34
store=$PWD/store data=$PWD/data
mkdir -p "$store"/{daily,weekly,monthly} "$data/sub dir"

lock() {
    if ! mkdir "$store/.lock" 2>/dev/null; then
        echo "backup: locked by ${1:-someone}" >&2
        return 75
    fi
    trap 'rmdir "$store/.lock"; trap - RETURN' RETURN
    "${@:2}"
}

change_data() {
    local day=$1
    printf 'day %03d\n' "$day" >>"$data/log.txt"
    printf '%0*d\n' $((day * 13 % 50 + 1)) "$day" >"$data/sub dir/file-$((day % 5)).dat"
    if ((day % 10 == 0)); then rm -f "$data/sub dir/file-3.dat"; fi
    chmod $((day % 2 ? 600 : 644)) "$data/log.txt"
    find "$data" -exec touch -d "@$((START + day * 86400))" {} +
}

snapshot() {
    local now=$1 stamp archive
    stamp=$(date -u -d "@$now" +%Y-%m-%d)
    archive=$store/daily/$stamp.tar.gz
    tar -C "$data" --sort=name --owner=0 --group=0 --numeric-owner -cf - . | gzip -n >"$archive.part"
    gzip -t "$archive.part"
    mv "$archive.part" "$archive"
    touch -d "@$now" "$archive"
    case $(date -u -d "@$now" +%u-%d) in
    *-01) ln "$archive" "$store/monthly/${stamp%-*}.tar.gz" ;;&
    7-*) ln "$archive" "$store/weekly/$(date -u -d "@$now" +%G-W%V).tar.gz" ;;
    esac
}

# prune FOLDER KEEP
prune() {
    local -a files
    local file
    files=("$store/$1"/*.tar.gz)
    [[ -e ${files[0]} ]] || return 0
    local -i extra=$((${#files[@]} - $2))
    ((extra > 0)) || return 0
    for file in "${files[@]:0:extra}"; do
        rm -- "$file"
        removed[$1]=$((${removed[$1]:-0} + 1))
    done
}

nightly() {
    snapshot "$1"
    prune daily $KEEP_DAILY
    prune weekly $KEEP_WEEKLY
    prune monthly $KEEP_MONTHLY
}

declare -A removed=()
for ((day = 0; day < DAYS; day++)); do
    change_data "$day"
    lock nightly nightly $((START + day * 86400))
done

echo "kept:"
(cd "$store" && find . -name '*.gz' | sort | sed 's|^\./|  |')
for kind in daily weekly monthly; do echo "$kind: ${removed[$kind]:-0} removed"; done
echo "links:"
find "$store" -name '*.gz' -links +1 -printf '%n %f\n' | sort -k2

echo "newest:"
newest=$(ls -t "$store/daily" | sed -n 1p)
echo "$newest"
tar -tvzf "$store/daily/$newest" | awk '{ print $1, $2, $3, $4, $6, $7 }'

echo "restore:"
mkdir restored
tar -xzf "$store/daily/$newest" -C restored
diff -r data restored && echo "the same as the data"
stat -c '%a %Y %n' restored/log.txt 'restored/sub dir'

oldest=$(printf '%s\n' "$store"/monthly/* | sort | sed -n 1p)
mkdir old
gunzip -c "$oldest" | tar -xf - -C old --wildcards './sub*'
ls old
diff -rq old restored || true
diff <(tar -xzOf "$oldest" ./log.txt) restored/log.txt | head -n 4 || true

echo "damage:"
head -c 100 "$store/daily/$newest" >damaged.tar.gz
if gzip -t damaged.tar.gz 2>/dev/null; then echo fine; else echo "damaged, status $?"; fi
mkdir "$store/.lock"
lock "the other" nightly 0 || echo "status $?"
rmdir "$store/.lock"

echo "sizes:"
find "$store/daily" -name '*.gz' -exec gzip -dc {} \; | wc -c
split -b 4k -d <(cat "$data/log.txt" "$data"/*/*) part.
cat part.* | cmp - <(cat "$data/log.txt" "$data"/*/*) && printf '%s\n' part.* | wc -l
du -a old | cut -f2 | sort
