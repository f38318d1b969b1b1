#!/usr/bin/env bash
# From a log of conventional commits: the next version, a changelog, and patches that are checked by applying them.
set -euo pipefail

cat >log.txt <<'LOG'
a1b2c3d feat(parser): read numbers in hex
0f0f0f0 fix: do not lose the last line
1111111 chore: tidy up
2222222 fix(parser)!: refuse tabs
3333333 docs: say how to build
4444444 feat: a progress bar | with a pipe
5555555 Merge branch 'x'
6666666 fix(ui): the `bar` is *never* wider than the screen
7777777 perf(core): twice as fast
LOG

semver='^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-([0-9A-Za-z.-]+))?(\+[0-9A-Za-z.-]+)?$'

compare() {
    local -a a b
    local i x y
    [[ $1 =~ $semver ]] || return 3
    a=("${BASH_REMATCH[@]:1:3}" "${BASH_REMATCH[5]}")
    [[ $2 =~ $semver ]] || return 3
    b=("${BASH_REMATCH[@]:1:3}" "${BASH_REMATCH[5]}")
    for i in 0 1 2; do
        ((a[i] == b[i])) || { ((a[i] > b[i])) && return 1 || return 2; }
    done
    [[ ${a[3]} == "${b[3]}" ]] && return 0
    [[ -z ${a[3]} ]] && return 1
    [[ -z ${b[3]} ]] && return 2
    IFS=. read -ra x <<<"${a[3]}"
    IFS=. read -ra y <<<"${b[3]}"
    for ((i = 0; i < ${#x[@]} || i < ${#y[@]}; i++)); do
        [[ -v x[i] ]] || return 2
        [[ -v y[i] ]] || return 1
        [[ ${x[i]} == "${y[i]}" ]] && continue
        if [[ ${x[i]}${y[i]} =~ ^[0-9]+$ ]]; then ((x[i] > y[i])) && return 1 || return 2; fi
        [[ ${x[i]} =~ ^[0-9]+$ ]] && return 2
        [[ ${y[i]} =~ ^[0-9]+$ ]] && return 1
        [[ ${x[i]} > ${y[i]} ]] && return 1 || return 2
    done
}

echo "== order"
signs=(= '>' '<' '?')
for pair in '1.0.0 1.0.0' 'v1.10.0 1.9.9' '1.0.0-rc.1 1.0.0' '1.0.0-alpha 1.0.0-alpha.1' '1.0.0-alpha.10 1.0.0-alpha.9' '1.0.0-beta 1.0.0-9' '01.2.3 1.2.3' '2.0.0+b1 2.0.0+b2'; do
    read -r left right <<<"$pair"
    result=0
    compare "$left" "$right" || result=$?
    printf '%16s %s %s\n' "$left" "${signs[result]}" "$right"
done

echo "== bump"
bump=none
declare -A section=()
pattern='^([0-9a-f]{7}) ([a-z]+)(\(([a-z]+)\))?(!?): (.*)$'
while IFS= read -r line; do
    if ! [[ $line =~ $pattern ]]; then
        echo "skipped: $line"
        continue
    fi
    hash=${BASH_REMATCH[1]} type=${BASH_REMATCH[2]} scope=${BASH_REMATCH[4]} breaking=${BASH_REMATCH[5]} text=${BASH_REMATCH[6]}
    case $breaking$type in
    !*) bump=major ;;
    feat) [[ $bump == major ]] || bump=minor ;;
    fix | perf) [[ $bump == none ]] && bump=patch ;;
    *) continue ;;
    esac
    section[$type]+="- ${scope:+**$scope**: }${text^}${breaking:+ (breaking)} ($hash)"$'\n'
done <log.txt
next() {
    IFS=. read -r major minor patch <<<"${1#v}"
    case $2 in
    major) echo "v$((major + 1)).0.0" ;;
    minor) echo "v$major.$((minor + 1)).0" ;;
    patch) echo "v$major.$minor.$((patch + 1))" ;;
    *) echo "$1" ;;
    esac
}
for how in none patch minor "$bump"; do printf '%s -> %s (%s)\n' v0.9.19 "$(next v0.9.19 "$how")" "$how"; done
version=$(next v0.9.19 "$bump")

printf '# Changes\n\n## v0.9.19\n- The old one\n' >CHANGES.md
cp CHANGES.md CHANGES.old
{
    head -n 2 CHANGES.old
    printf '## %s (%s)\n' "$version" "$(date -u -d '2024-02-28 +2 days' +%F)"
    for type in feat fix perf; do
        declare -n title=title_$type
        title_feat='Added' title_fix='Fixed' title_perf='Faster'
        [[ -n ${section[$type]-} ]] && printf '### %s\n%s\n' "$title" "${section[$type]}"
    done
    tail -n +3 CHANGES.old
} >CHANGES.md
cat CHANGES.md
echo "== wrapped"
grep '^- ' CHANGES.md | fold -s -w 40 | sed -n 1,6p
echo "== patch"
diff -u --label a/CHANGES.md --label b/CHANGES.md CHANGES.old CHANGES.md >release.patch || [[ $? == 1 ]]
grep -c '^+' release.patch
mkdir check && cp CHANGES.old check/CHANGES.md
(cd check && patch -p1 <../release.patch && cmp CHANGES.md ../CHANGES.md && patch -R -p1 <../release.patch && cmp CHANGES.md ../CHANGES.old && echo "back and forth")
sed -i 's/The old one/An older one/' check/CHANGES.md
(cd check && patch -s -p1 --dry-run <../release.patch) || echo "patch: status $?"
diff -y -W 50 --suppress-common-lines CHANGES.old check/CHANGES.md || :
echo "== tags"
printf '%s\n' v1.10.0 v1.2.0 v1.2.10 v0.9.19 v1.9.0 | sort -V | tee tags | tac | sed -n 1,2p
sort -t. -k1.2,1n -k2,2n -k3,3n tags | cmp - tags && nl -w2 -s') ' tags
