#!/bin/bash
# Makes an access log, then says what is in it: the usual report of a web server's day.
set -eu -o pipefail
export LC_ALL=C

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
log=$tmp/access.log
requests=${1:-4000}

generate() {
    awk -v n="$requests" '
    function rnd(m) { seed = (seed * 1103515245 % 2147483648 + 12345) % 2147483648; return int(seed / 65536) % m }
    BEGIN {
        seed = 42
        np = split("/ /index.html /about /api/users /api/orders?id=7 /img/logo.png /favicon.ico /admin/login.php", path, " ")
        na = split("Mozilla/5.0 (X11; Linux x86_64)|curl/7.88.1|Googlebot/2.1 (+http://www.google.com/bot.html)|-", agent, "|")
        t = 1700000000
        for (i = 0; i < n; i++) {
            t += rnd(30)
            ip = "10." rnd(3) "." rnd(4) "." (1 + rnd(20))
            code = 200
            x = rnd(100)
            if (x < 3) code = 500; else if (x < 10) code = 404; else if (x < 20) code = 304
            method = rnd(10) ? "GET" : "POST"
            bytes = code == 304 ? "-" : 100 + rnd(20000)
            printf "%s - - [%d] \"%s %s HTTP/1.1\" %d %s \"-\" \"%s\" %d\n", ip, t, method, path[1 + rnd(np)], code, bytes, agent[1 + rnd(na)], 1 + rnd(900)
        }
    }'
}

title() { printf '\n== %s ==\n' "$1"; }

# Counts its lines, the most frequent first, ties by name. All are read: a `head` might end before sort has written
# all, and pipefail would make an error of that.
top() { sort | uniq -c | sort -k1,1nr -k2 | awk -v max="${1:-5}" 'NR <= max { n = $1; sub(/^ *[0-9]+ /, ""); printf "%7d  %s\n", n, $0 }'; }

bar() {
    local width=$(($1 * 40 / $2)) line
    printf -v line '%*s' "$width" ''
    printf '%s' "${line// /#}"
}

generate >"$log"
# Two lines that no server should write.
printf 'garbage \xff\xfe line\n' >>"$log"
printf '10.0.0.1 - - [1700100000] "GET /unterminated' >>"$log"

title "Lines"
total=$(wc -l <"$log")
good=$(grep -acE '^[0-9.]+ - - \[[0-9]+\] "[A-Z]+ [^ "]+ HTTP/1\.[01]" [0-9]{3} ' "$log")
echo "total $total, well formed $good, bad $((total + 1 - good))"
grep -avE '^[0-9.]+ - - \[[0-9]+\] "[A-Z]+ [^ "]+ HTTP/1\.[01]" [0-9]{3} ' "$log" | od -An -c | sed -n 1,3p
grep -aE '" [0-9]{3} ' "$log" >"$tmp/good"

title "Clients"
cut -d' ' -f1 "$tmp/good" | top 6

title "Networks"
cut -d. -f1-3 "$tmp/good" | sed 's/ .*//; s/$/.0\/24/' | top 20

title "Paths"
awk -F'"' '{ split($2, r, " "); sub(/\?.*/, "", r[2]); print r[1], r[2] }' "$tmp/good" | top 8

title "Statuses"
declare -A count
while read -r code; do
    count[$code]=$((${count[$code]:-0} + 1))
done < <(sed -E 's/.*HTTP\/1\.[01]" ([0-9]{3}).*/\1/' "$tmp/good")
for code in $(printf '%s\n' "${!count[@]}" | sort -n); do
    case $code in
    2??) class=ok ;;
    3??) class=cached ;;
    4??) class='client error' ;;
    *) class='server error' ;;
    esac
    permille=$((count[$code] * 1000 / good))
    printf '%s %-12s %5d %3d.%d%% |%s\n' "$code" "$class" "${count[$code]}" $((permille / 10)) $((permille % 10)) "$(bar "${count[$code]}" "$good")"
done

title "Hours"
awk '{ gsub(/[][]/, "", $4); print int($4 / 3600) * 3600 }' "$tmp/good" | uniq -c | while read -r n at; do
    printf '%s %4d %s\n' "$(date -u -d "@$at" '+%a %d %b %H:00')" "$n" "$(bar "$n" 500)"
done

title "Bytes"
awk '$9 != "-" || 1 { if (match($0, /" [0-9]+ [0-9]+ /)) { split(substr($0, RSTART, RLENGTH), f, " "); s += f[3]; if (f[3] > m) m = f[3]; n++ } }
    END { printf "sum %d max %d mean %.3f\n", s, m, s / n }' "$tmp/good"

title "Latency"
awk '{ print $NF }' "$tmp/good" | sort -n >"$tmp/ms"
lines=$(wc -l <"$tmp/ms")
for p in 50 90 95 99 100; do
    at=$(((lines * p + 99) / 100))
    printf 'p%-3d %4d ms\n' "$p" "$(sed -n "${at}p" "$tmp/ms")"
done

title "Agents"
awk -F'"' '{ print $6 }' "$tmp/good" | top

title "Errors by client, at least 5"
grep -E '" 5[0-9]{2} ' "$tmp/good" | cut -d' ' -f1 | sort | uniq -c | awk '$1 >= 5 { print $2 }' | sort -t. -k1,1n -k2,2n -k3,3n -k4,4n | paste -sd' ' - | fold -s -w 60 | sed 's/ *$//'

title "Never seen to fail"
comm -23 <(cut -d' ' -f1 "$tmp/good" | sort -u) <(grep -E '" [45][0-9]{2} ' "$tmp/good" | cut -d' ' -f1 | sort -u) | tr '\n' ' '
echo

title "Split by class"
awk -v dir="$tmp" '{ match($0, /" [0-9]/); f = dir "/class." substr($0, RSTART + 2, 1); print > f }' "$tmp/good"
(cd "$tmp" && wc -l class.* && cat class.* | cksum)
