#!/usr/bin/env bash
# Finds equal files in a tree with difficult names, by size, then by sum; makes hard links of them, and undoes that.
set -euo pipefail
root=tree
mkdir -p "$root"/{a,b,"with space",$'new\nline'}/deep
fill() { awk -v n="$1" -v s="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%c", 33 + (i * s) % 90 }'; }
fill 1000 7 >"$root/a/one"
fill 1000 7 >"$root/b/deep/same as one"
fill 1000 7 >"$root"/$'new\nline'/$'tab\there'
fill 1000 8 >"$root/a/deep/other, same size"
fill 5 1 >"$root/with space/-n"
fill 5 1 >"$root/b/*"
fill 5 1 >"$root/b/\$(echo no)"
: >"$root/a/empty"
: >"$root/b/empty too"
fill 70000 11 >"$root/b/big"
fill 70000 11 >"$root/with space/deep/big "
printf 'x' >>"$root/with space/deep/big "
ln -s ../a/one "$root/b/link"
printf 'byte \xff\xfe' >"$root"/$'invalid \xff utf-8'
cp "$root"/$'invalid \xff utf-8' "$root/valid"

declare -A by_size=() by_sum=()
declare -i files=0 groups=0 wasted=0

while IFS= read -r -d '' entry; do
    size=${entry%% *} file=${entry#* }
    files+=1
    ((size)) || continue
    by_size[$size]+=$(printf '%q ' "$file")
done < <(find "$root" -type f -printf '%s %p\0' | sort -z)

# Candidates only: those that share their size.
for size in $(printf '%s\n' "${!by_size[@]}" | sort -n); do
    eval "same=(${by_size[$size]})"
    ((${#same[@]} > 1)) || continue
    for file in "${same[@]}"; do
        sum=$(sha256sum <"$file")
        by_sum[$size:${sum%% *}]+=$(printf '%q ' "$file")
    done
done

report() {
    local key
    for key in $(printf '%s\n' "${!by_sum[@]}" | sort -t: -k1,1nr -k2); do
        eval "local -a list=(${by_sum[$key]})"
        ((${#list[@]} > 1)) || continue
        groups+=1
        wasted+=$((${key%%:*} * (${#list[@]} - 1)))
        echo "${key:0:12}… ${#list[@]} files of ${key%%:*} bytes"
        printf '%s\0' "${list[@]}" | sort -z | while IFS= read -r -d '' file; do printf '    %q\n' "$file"; done
    done
}

echo "before:"
find "$root" -print0 | sort -z | tr '\0\n' '\n?'
report
echo "$files files, $groups groups, $wasted bytes could be saved"

merge() {
    local key first file
    for key in "${!by_sum[@]}"; do
        eval "local -a list=(${by_sum[$key]})"
        mapfile -d '' -t list < <(printf '%s\0' "${list[@]}" | sort -z)
        first=${list[0]}
        for file in "${list[@]:1}"; do
            cmp -s -- "$first" "$file" || continue
            ln -f -- "$first" "$file"
        done
    done
}
merge
echo "after:"
find "$root" -type f -links +1 -printf '%n %s %p\0' | sort -z | tr '\n\0' '?\n'
find "$root" -type f -size +2c -printf '%i %s\n' | sort -u | awk '{ s += $2 } END { print NR, "contents of", s, "bytes" }'

echo "one name changes by replacement, one in place:"
sed -i 's/!/@/' "$root/b/deep/same as one"
printf '!' | dd of="$root/b/*" bs=1 seek=1 conv=notrunc status=none
head -c 5 "$root/with space/-n" && echo
stat -c '%h %s' "$root/a/one" "$root/b/deep/same as one"

find "$root" -name '*[[:space:]]*' -print0 | xargs -0 -n 1 basename -a -- | LC_ALL=C sort | cat -v
find "$root" \( -type f -o -type l \) -print0 | xargs -0 rm --
find "$root" -depth -mindepth 1 -type d -print0 | xargs -0 rmdir --
find "$root" | wc -l
