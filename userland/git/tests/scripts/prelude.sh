# Before each case: an empty folder, a user, and a clock that `tick` moves on.
export GIT_CONFIG_NOSYSTEM=1 GIT_MERGE_AUTOEDIT=no
printf '[user]\n\tname = A U Thor\n\temail = author@example.com\n[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n[safe]\n\tdirectory = *\n' >"$HOME/.gitconfig"
now=1700000000
tick() {
    now=$((now + 60))
    export GIT_AUTHOR_DATE="$now +0100" GIT_COMMITTER_DATE="$now +0100"
}
tick
# commit NAME [TEXT]: a commit that writes a file
commit() {
    tick
    printf '%s\n' "${2-$1}" >"$1"
    git add -- "$1" && git commit -q -m "Add $1"
}
# lines FROM TO: numbers, one a line
lines() { seq "$1" "$2"; }
