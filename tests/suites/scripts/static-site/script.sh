#!/usr/bin/env bash
# Turns pages with front matter in a little Markdown into HTML, with an index, tags and a feed.
set -euo pipefail
shopt -s globstar nullglob
out=public
title='My <site>'
declare -A page_title page_date page_tags page_words
declare -a pages=()

escape() { sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'; }

markdown() {
    awk '
    function inline(s,   out, m, before) {
        gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); gsub(/>/, "\\&gt;", s)
        out = ""
        while (match(s, /`[^`]+`/)) {
            before = substr(s, 1, RSTART - 1); m = substr(s, RSTART + 1, RLENGTH - 2)
            s = substr(s, RSTART + RLENGTH)
            out = out spans(before) "<code>" m "</code>"
        }
        return out spans(s)
    }
    function spans(s,   m, t, u) {
        while (match(s, /\*\*[^*]+\*\*/))
            s = substr(s, 1, RSTART - 1) "<b>" substr(s, RSTART + 2, RLENGTH - 4) "</b>" substr(s, RSTART + RLENGTH)
        while (match(s, /\*[^*]+\*/))
            s = substr(s, 1, RSTART - 1) "<i>" substr(s, RSTART + 1, RLENGTH - 2) "</i>" substr(s, RSTART + RLENGTH)
        while (match(s, /\[[^]]+\]\([^)]+\)/)) {
            m = substr(s, RSTART, RLENGTH); t = u = m
            sub(/^\[/, "", t); sub(/\].*/, "", t); sub(/.*\(/, "", u); sub(/\)$/, "", u)
            s = substr(s, 1, RSTART - 1) "<a href=\"" u "\">" t "</a>" substr(s, RSTART + RLENGTH)
        }
        return s
    }
    function close_block() { if (block != "") print "</" block ">"; block = "" }
    function open_block(b) { if (block != b) { close_block(); print "<" b ">"; block = b } }
    /^```/ { if (code) { print "</pre>"; code = 0 } else { close_block(); printf "<pre>"; code = 1 } next }
    code { gsub(/&/, "\\&amp;"); gsub(/</, "\\&lt;"); print; next }
    /^#+ / { close_block(); n = index($0, " ") - 1; print "<h" n ">" inline(substr($0, n + 2)) "</h" n ">"; next }
    /^[-*] / { open_block("ul"); print "<li>" inline(substr($0, 3)) "</li>"; next }
    /^[0-9]+\. / { open_block("ol"); sub(/^[0-9]+\. /, ""); print "<li>" inline($0) "</li>"; next }
    /^[ \t]*$/ { close_block(); next }
    { open_block("p"); print inline($0) }
    END { close_block(); if (code) print "</pre>" }'
}

# What is between the two lines of dashes, as key<TAB>value.
front_matter() { sed -n '1{/^---$/!q}; 2,/^---$/{/^---$/q; s/^\([a-z]*\): */\1\t/p}' "$1"; }
body() { sed '1{/^---$/!b}; 1,/^---$/d' "$1"; }

wrap() {
    local heading=$1
    cat <<HTML
<!doctype html>
<title>$(escape <<<"$heading") - $(escape <<<"$title")</title>
<body>
$(cat)
</body>
HTML
}

mkdir -p "$out/tags"
for file in content/**/*.md; do
    name=${file#content/}
    name=${name%.md}
    if [[ $(front_matter "$file" | cut -f1) == *draft* ]]; then
        echo "skip $name" >&2
        continue
    fi
    while IFS=$'\t' read -r key value; do
        declare "meta_$key=$value"
    done < <(front_matter "$file")
    pages+=("$name")
    page_title[$name]=${meta_title-$name}
    page_date[$name]=${meta_date:-0}
    page_tags[$name]=${meta_tags:-}
    page_words[$name]=$(body "$file" | wc -w)
    mkdir -p "$(dirname "$out/$name")"
    body "$file" | markdown | wrap "${page_title[$name]}" >"$out/$name.html"
    unset "${!meta_@}"
done

for name in "${pages[@]}"; do
    printf '%s %s\n' "${page_date[$name]}" "$name"
done | sort -rn -k1,1 | while read -r at name; do
    printf '<li>%s <a href="%s.html">%s</a> (%d words)</li>\n' "$(date -u -d "@$at" '+%e %b %Y')" "$name" "$(escape <<<"${page_title[$name]}")" "${page_words[$name]}"
done | { echo "<ul>"; cat; echo "</ul>"; } | wrap Index >"$out/index.html"

for name in "${pages[@]}"; do
    IFS=', ' read -ra tags <<<"${page_tags[$name]}"
    for tag in "${tags[@]}"; do echo "$name" >>"$out/tags/$tag"; done
done

for name in "${pages[@]}"; do
    dir=$out/$name
    grep -o 'href="[^"]*"' "$dir.html" | cut -d'"' -f2 | while read -r link; do
        case $link in
        http*) ;;
        *) [[ -e $(dirname "$dir")/$link ]] || echo "$name: dead link: $link" ;;
        esac
    done || true
done

(cd "$out" && for file in **/*; do [[ -d $file ]] || { echo ">>> $file"; cat "$file"; }; done)
find "$out" -type f -exec cat {} + | tr -cs 'A-Za-z' '\n' | tr 'A-Z' 'a-z' | sort | uniq -c | sort -k1,1nr -k2 | sed -n 1,5p
