#!/bin/bash
# Installs pkg/ under a prefix as its MANIFEST says, takes it back on failure, and uninstalls.
set -Eeuo pipefail

readonly PKG=pkg
umask 022
prefix= destdir= dry_run= force=
done_steps=()

say() { printf '%s\n' "${dry_run:+[dry run] }$*"; }
fail() {
    echo "installer: $*" >&2
    return 1
}

rollback() {
    local status=$? i
    trap - ERR
    ((${#done_steps[@]})) || return "$status"
    echo "installer: taking back ${#done_steps[@]} steps" >&2
    for ((i = ${#done_steps[@]} - 1; i >= 0; i--)); do
        echo "  undo: ${done_steps[i]}" >&2
        eval "${done_steps[i]}"
    done
    done_steps=()
    return "$status"
}

make_dir() {
    local dir=$1
    [[ -d $dir ]] && return
    [[ $dir == */* ]] && make_dir "${dir%/*}"
    say "mkdir ${dir#"$destdir"}"
    [[ $dry_run ]] && return
    mkdir -- "$dir"
    done_steps+=("rmdir -- $(printf %q "$dir")")
}

# put MODE SOURCE TARGET
put() {
    local mode=$1 source=$2 target=$3
    if [[ -e $target ]]; then
        if cmp -s -- "$source" "$target"; then
            say "same ${target#"$destdir"}"
            return
        fi
        if [[ -z $force ]]; then
            fail "${target#"$destdir"} exists and differs"
            return
        fi
        cp -p -- "$target" "$target.orig"
        done_steps+=("mv -- $(printf %q "$target.orig") $(printf %q "$target")")
    fi
    say "install -m $mode ${target#"$destdir"}"
    [[ $dry_run ]] && return
    install -m "$mode" -- "$source" "$target"
    done_steps+=("rm -f -- $(printf %q "$target")")
}

install_all() {
    local kind mode source target extra
    done_steps=()
    while read -r kind mode source target extra; do
        case $kind in
        '' | \#*) continue ;;
        file)
            target=$destdir$prefix/$target
            make_dir "${target%/*}"
            put "$mode" "$PKG/$source" "$target"
            ;;
        dir) make_dir "$destdir$prefix/$source" ;;
        link)
            make_dir "$(dirname -- "$destdir$prefix/$target")"
            say "ln -s $source $prefix/$target"
            if [[ -z $dry_run ]]; then
                ln -sf -- "$source" "$destdir$prefix/$target"
                done_steps+=("rm -f -- $(printf %q "$destdir$prefix/$target")")
            fi
            ;;
        conf)
            target=$destdir$prefix/$target
            make_dir "${target%/*}"
            sed -e "s|@prefix@|$prefix|g" -e "s|@user@|${INSTALL_USER:-nobody}|g" "$PKG/$source" >"$work/conf"
            put "$mode" "$work/conf" "$target"
            ;;
        *) fail "MANIFEST: unknown kind '$kind'" ;;
        esac
    done <"${manifest:-$PKG/MANIFEST}"
    if [[ -z $dry_run ]]; then
        find "$destdir$prefix" ! -type d ! -name '*.orig' ! -name receipt | sort | while IFS= read -r file; do
            if [[ -L $file ]]; then
                printf 'link %s %s\n' "$(readlink -- "$file")" "${file#"$destdir"}"
            else
                printf '%s %s\n' "$(md5sum <"$file" | cut -c1-32)" "${file#"$destdir"}"
            fi
        done >"$work/receipt"
        install -D -m 444 -- "$work/receipt" "$destdir$prefix/lib/app/receipt"
        done_steps+=("rm -f -- $(printf %q "$destdir$prefix/lib/app/receipt")")
    fi
    say "installed $(wc -l <"${manifest:-$PKG/MANIFEST}" | tr -d ' ') lines of the manifest"
}

uninstall() {
    local sum file name receipt=$destdir$prefix/lib/app/receipt
    [[ -r $receipt ]] || fail "not installed" || return
    while read -r sum file; do
        if [[ $sum == link ]]; then
            name=${file#* }
            rm -- "$destdir$name"
        elif [[ $(md5sum <"$destdir$file") == "$sum"* ]]; then
            rm -- "$destdir$file"
        else
            echo "kept (changed): $file"
        fi
    done <"$receipt"
    rm -f -- "$receipt"
    find "$destdir$prefix" -depth -type d -empty -exec rmdir -- {} \;
}

tree_of() { (cd "$1" && find . -mindepth 1 -printf '%M %y %p %l\n' | sort -k3 | sed 's/ *$//'); }

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap rollback ERR

prefix=/usr/local destdir=root
mkdir root
echo "--- dry run"
dry_run=1
install_all
dry_run=
echo "--- for real"
install_all
tree_of root
root/usr/local/bin/app one 'two  three'
cat root/usr/local/etc/app.conf
echo "--- again"
install_all | grep -c '^same'
echo "--- changed, then forced"
echo 'changed = by hand' >>root/usr/local/etc/app.conf
(trap - ERR; set +e; (set -e; trap rollback ERR; install_all >"$work/out"); echo "status $?"; tail -n 2 "$work/out")
tree_of root | grep -c .
force=1 INSTALL_USER=root install_all | tail -n 3
ls root/usr/local/etc
grep user root/usr/local/etc/app.conf{,.orig}
echo "--- uninstall"
echo '# and again' >>root/usr/local/etc/app.conf
uninstall
tree_of root
echo "--- a manifest that fails half way"
rm -rf root && mkdir root
{ cat "$PKG/MANIFEST"; echo 'device 600 null dev/null'; } >"$work/manifest"
manifest=$work/manifest
(trap - ERR; set +e; (set -e; trap rollback ERR; install_all); echo "status $?")
find root | sort
trap - ERR
INSTALL_USER=x uninstall || exit 7
