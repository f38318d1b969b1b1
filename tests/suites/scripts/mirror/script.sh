#!/usr/bin/env bash
# Mirrors two folders both ways from what each was when last seen; conflicts are kept side by side.
set -euo pipefail
export LC_ALL=C
left=left right=right base=.base
mkdir -p $left/docs $right "$base.d"
: >$base

# path<TAB>sum of every file, sorted by path.
index() {
    (cd "$1" && find . -type f -print0 | sort -z | xargs -0 -r sha1sum -- | sed -E 's/^\\?([0-9a-f]{40})  (.*)$/\2\t\1/')
}

changes() {
    # Base against now: added, changed, deleted.
    join -t $'\t' -a 1 -a 2 -e - -o 0,1.2,2.2 "$base" <(index "$1") | awk -F'\t' -v OFS='\t' '
        $2 == $3 { next }
        $2 == "-" { print $1, "added"; next }
        $3 == "-" { print $1, "deleted"; next }
        { print $1, "changed" }'
}

copy() {
    mkdir -p "$(dirname "$2/$3")"
    cp -p -- "$1/$3" "$2/$3"
}

sync_all() {
    local path a b
    local -A n=([right]=0 [left]=0 [delete]=0 [conflict]=0)
    while IFS=$'\t' read -r path a b; do
        case $a:$b in
        deleted:deleted) ;;
        -:deleted) rm -- "$left/$path"; ((++n[delete])) ;;
        deleted:-) rm -- "$right/$path"; ((++n[delete])) ;;
        -:* | deleted:*) copy $right $left "$path"; ((++n[left])) ;;
        *:- | *:deleted) copy $left $right "$path"; ((++n[right])) ;;
        *)
            if cmp -s "$left/$path" "$right/$path"; then continue; fi
            if merge3 "$path"; then
                echo "merged $path"
            else
                cp "$right/$path" "$left/$path.theirs"
                copy $left $right "$path"
                copy $left $right "$path.theirs"
                ((++n[conflict]))
                echo "conflict in $path"
            fi
            ;;
        esac
    done < <(join -t $'\t' -a 1 -a 2 -e - -o 0,1.2,2.2 <(changes $left) <(changes $right))
    find $left $right -mindepth 1 -depth -type d -empty -delete
    index $left >$base
    rm -rf "$base.d" && cp -R $left "$base.d"
    printf '%s right, %s left, %s deleted, %s conflicts; ' "${n[right]}" "${n[left]}" "${n[delete]}" "${n[conflict]}"
    if diff -r $left $right >/dev/null; then echo "in step"; else echo "OUT OF STEP"; fi
}

merge3() {
    local path=$1 old=$base.d/$1
    [[ -e $old ]] || return 1
    diff3 -m "$left/$path" "$old" "$right/$path" >merged 2>/dev/null || { rm -f merged; return 1; }
    cp merged "$left/$path"
    mv merged "$right/$path"
}

seq 10 >$left/docs/numbers
echo "only here" >"$left/with space"
echo "from the right" >$right/r
mkdir -p $right/deep/er && echo x >$right/deep/er/file
sync_all
echo "-- changes on both sides"
sed -i '2s/$/ two/' $left/docs/numbers
sed -i '9s/$/ nine/' $right/docs/numbers
rm $left/r
echo "left's" >$left/new
echo "right's" >$right/new
rm -r $right/deep
echo "more" >>"$right/with space"
changes $left | expand -t 20
changes $right | expand -t 20
sync_all
paste -sd, $left/docs/numbers
head "$left"/new*
echo "-- deleted here, changed there"
rm "$left/with space"
echo "even more" >>"$right/with space"
sync_all
cat "$left/with space"
echo "-- nothing"
sync_all
cut -f1 $base | sed 's|^\./||' | sort -t/ -k2 | nl -s' '
cut -f2 $base | sort | uniq -d | wc -l
diff <(cd $left && ls -R) <(cd $right && ls -R) | wc -l
