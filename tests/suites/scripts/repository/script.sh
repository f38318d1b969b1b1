#!/bin/bash
# A project's repository for an afternoon: history, a feature's branch, a conflict, a clone by a colleague, a push and a release.
set -euo pipefail

export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME='Ada' GIT_AUTHOR_EMAIL='ada@example.org'
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
now=1700000000
# Each commit a minute after the last, so that ids are the same every time.
tick() { ((now += 60)); export GIT_AUTHOR_DATE="$now +0100" GIT_COMMITTER_DATE="$now +0100"; }

tmp=$(mktemp -d)
trap 'cd /; rm -rf "$tmp"' EXIT
cd "$tmp"

title() { printf '\n== %s ==\n' "$1"; }

title "A start"
git init -q -b main --bare shared.git
git init -q -b main desk
git -C desk remote add origin ../shared.git
mkdir -p desk/src
printf '%s\n' 'int main(void) {' '    return 0;' '}' >desk/src/main.c
printf '%s\n' '*.o' '/build/' >desk/.gitignore
printf 'all:\n\tcc src/main.c\n' >desk/Makefile
touch desk/noise.o
tick
git -C desk add .
git -C desk commit -qm 'Begin' -m 'With a program that does nothing.'
git -C desk push -q origin main
(cd desk/src && git rev-parse --show-prefix && git status --short --ignored)

title "A branch and a conflict"
cd desk
git switch -qc feature
sed -i 's/return 0/return 42/' src/main.c
printf '%s\n' 'An answer.' >README
git add -A
tick
git commit -qm 'Answer'
git switch -q main
sed -i 's/return 0/return 1/' src/main.c
tick
git commit -qam 'Fail'
git merge feature || echo "status $?"
git status -s
cat src/main.c
printf '%s\n' 'int main(void) {' '    return 42;' '}' >src/main.c
git add src/main.c
tick
git commit -q --no-edit
git log --graph --oneline --decorate
git show --stat --format='%h %an %ad: %s' --date=iso feature

title "A colleague"
cd "$tmp"
git -C desk push -q origin main
git clone -q shared.git 'far away'
cd 'far away'
git mv README README.md
chmod +x src/main.c
ln -s README.md LIESMICH
git add .
tick
git commit -qm 'Rename the text'
git push -q
git diff -M --stat HEAD~ HEAD
git diff --summary HEAD~ HEAD

title "Back at the desk"
cd ../desk
git pull -q --ff-only origin main
ls -l | awk 'NR > 1 { print $1, $NF }'
echo 'half an idea' >>README.md
git stash -q
git stash list
tick
git tag -a v1.0 -m 'The first'
git describe --tags
git stash pop -q
git diff --stat
git blame -s src/main.c
git checkout -q -- .
git reset -q --hard
git rev-list --count --all
git for-each-ref --format='%(refname) %(objecttype)'
