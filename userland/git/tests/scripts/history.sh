#= log
git init -q
commit a; commit b; commit c; tick
git log
git log --oneline
git log -2 --oneline
git log --format='%h %s|%an|%ae|%ad|%cd' --date=short
git log --format='%H%n%T%n%P%n%B' -1
git log --pretty=format:%s; echo
git log --pretty=short -1
git log --pretty=full -1
git log --pretty=fuller -1
git log --pretty=raw -1
git log --pretty=reference -1
git log --reverse --oneline
git log --skip=1 -1 --oneline
git log --format='%C(red)%h%Creset %C(auto)%d%n%x41' -1
git log --format='%<(10)%s|%>(10)%h|%+b|% b|%-b|' -1
git log --format=%nosuch -1
git log --pretty=nosuch; echo $?
#= log-ranges
git init -q
commit a; git branch old; commit b; commit c; git tag v1; commit d
git log --oneline old..main
git log --oneline ^old v1
git log --oneline v1..
git log --oneline old...v1
git log --oneline HEAD~2
git log --oneline HEAD^^..HEAD^
git log --oneline nosuch; echo $?
git log --oneline main..old
#= log-paths
git init -q
mkdir d; commit a; commit d/x; commit b; echo 2 >a; tick; git commit -qam "change a"; echo 3 >d/x; tick; git commit -qam "change d/x"
git log --oneline -- a
git log --oneline d
git log --oneline -- nosuch
git log --oneline -- d/x b
git log --oneline nosuch; echo $?
git log --stat --format=%s -- a
git log --name-only --oneline
git log --name-status --format=%h
cd d; git log --oneline .; git log --oneline -- x
#= log-limits
git init -q
commit a "one"; GIT_AUTHOR_NAME="Other Person" commit b "two"; commit c "three"
git log --author=Other --format=%s
git log --author='A U' --format=%s
git log --grep='Add [ab]' --format=%s
git log --grep='add a' -i --format=%s
git log --grep='Add a' --grep='Add b' --format=%s
git log --grep='Add a' --invert-grep --format=%s
git log -E --grep='Add (a|c)' --format=%s
git log -F --grep='Add [' --format=%s
git log --since='2023-11-14 22:16:00 +0000' --format=%s
git log --until='2023-11-14 22:16:00 +0000' --format=%s
git shortlog HEAD
git shortlog -s -n HEAD
git shortlog -sne HEAD
#= log-dates
git init -q
commit a
for mode in default iso iso-strict rfc short raw unix local format:%Y-%m iso-local; do git log -1 --format="%ad %cd" --date=$mode; done
git log -1 --date=nosuch; echo $?
git log -1 --format='%at %ai %aI %aD %as'
#= log-patch
git init -q
commit a; printf 'x\ny\n' >a; tick; git commit -qam "two lines"
git log -p
git log -p --stat -1
git log --oneline -p -1
git log --format=%s -p -1
git log --format= --numstat
git log --shortstat --oneline
git log --summary --oneline
git log -p -s -1 --oneline
#= log-decorate
git init -q
commit a; git tag v1; git tag -a v2 -m two; git branch side; commit b
git log --oneline --decorate
git log --decorate=full -1 --oneline
git log --format='%h%d' ; git log --format='%h [%D]'
git checkout -q v1; git log --oneline --decorate --all
#= log-merge
git init -q
commit a; git checkout -q -b side; commit s; git checkout -q main; commit b; tick; git merge -q side -m merged
git log
git log --oneline
git log --first-parent --oneline
git log --merges --oneline; git log --no-merges --oneline
git log --topo-order --oneline
git log --all --oneline
git log --format='%h %p'
git log -p --format=%s
git show
git show --stat
#= log-follow
git init -q
lines 1 20 >a; git add a; tick; git commit -qm "a"; git mv a b; tick; git commit -qm "rename"; echo more >>b; tick; git commit -qam "more"
git log --oneline b
git log --follow --oneline b
git log --follow --stat --format=%s b
git log -M --name-status --format=%s
#= show
git init -q
commit a; mkdir d; commit d/x; git tag -a v1 -m "tag message"
git show
git show --stat HEAD~
git show HEAD:a
git show HEAD:
git show v1
git show HEAD:nosuch; echo $?
git show HEAD:d
git show --format=%s --name-only
git show nosuch; echo $?
git show --oneline -s HEAD HEAD~
#= diff
git init -q
lines 1 30 >a; git add a; git commit -qm a
sed -i -e '3s/.*/three/' -e '20d' -e '28a\
new' a
git diff
git diff -U0
git diff -U1 a
git diff --stat --shortstat --numstat
git diff --name-only; git diff --name-status; git diff --raw
git diff --exit-code >/dev/null; echo $?
git diff --quiet; echo $?
git diff -R
git diff --no-prefix
git diff HEAD
git diff --cached; git add a; git diff --cached --stat; git diff
git diff --full-index --cached | sed -n 2p
git diff --color=always --cached
#= diff-commits
git init -q
commit a; commit b; echo x >>a; commit c
git diff HEAD~2 HEAD
git diff HEAD~2..HEAD --stat
git diff HEAD~2 -- b
git diff HEAD~1 HEAD --name-status
git diff HEAD~..; git diff HEAD:a HEAD~:b
git diff nosuch; echo $?
git diff -- nosuch
#= diff-functions
git init -q
printf 'int main()\n{\n1\n2\n3\n4\n5\n6\n7\n}\n\nint other(int x)\n{\n1\n2\n3\n4\n5\n6\n7\n8\n}\n' >a.c; git add a.c; git commit -qm a
sed -i -e '7s/5/five/' -e '19s/6/six/' a.c
git diff
#= diff-newline
git init -q
printf 'a\nb' >a; git add a; git commit -qm a
printf 'a\nb\n' >a; git diff; git commit -qam b; printf 'a\nc' >a; git diff
: >a; git diff; git commit -qam empty; git show --stat --format=; rm a; git diff
#= diff-space
git init -q
printf 'a b\nc\n  d\n' >a; git add a; git commit -qm a
printf 'a  b\nc \nd\nx\n' >a
git diff -w; git diff -b; git diff --ignore-space-at-eol
printf 'a  b\nc\n  d\n' >a; git diff -w; git diff -w --stat
#= diff-renames
git init -q
lines 1 40 >a; lines 100 140 >b; mkdir d; lines 200 230 >d/c; git add .; git commit -qm a
git mv a e; git mv b f; echo x >>f; mkdir n; git mv d/c n/c; git rm -q --cached e; git add e
git diff --cached
git diff --cached --stat; git diff --cached --name-status; git diff --cached --summary --numstat
git diff --cached --no-renames --name-status
git diff --cached -M90% --name-status
git status
git commit -m renamed
cp f g; git add g; git diff --cached -C --name-status; echo y >>f; git add f; git diff --cached -C --name-status
#= diff-indent
git init -q
printf 'def a():\n    one\n\ndef b():\n    two\n' >a; git add a; git commit -qm a
printf 'def a():\n    one\n\ndef c():\n    three\n\ndef b():\n    two\n' >a
git diff
#= diff-no-index
printf 'a\nb\n' >x; printf 'a\nc\n' >y
git diff --no-index x y; echo $?
git diff --no-index x x; echo $?
git diff --no-index x nosuch; echo $?
#= diff-filter
git init -q
commit a; commit b; echo x >a; rm b; echo c >c; git add -A
git diff --cached --name-status --diff-filter=A; git diff --cached --name-only --diff-filter=MD; git diff --cached --name-only --diff-filter=d
#= stat-wide
git init -q
mkdir -p some/very/long/folder/name/that/goes/on/and/on/for/a/while
lines 1 200 >some/very/long/folder/name/that/goes/on/and/on/for/a/while/file; lines 1 3 >b; git add .; git commit -qm a
git show --stat --format=; lines 5 190 >b; rm -r some; git commit -qam b; git show --stat --format=
git show --stat=60 --format=
#= blame
git init -q
lines 1 5 >a; git add a; git commit -qm a; tick; sed -i 3s/.*/three/ a; git commit -qam b; tick; GIT_AUTHOR_NAME='Long Author Name' git commit -q --allow-empty -m e
sed -i 1i0 a; GIT_AUTHOR_NAME='Long Author Name' git commit -qam c
git blame a
git blame -s a; git blame -e -L2,3 a; git blame -l -n a; git blame -L 4,+1 HEAD~ -- a; git blame --date=short a; git blame -t a
git mv a b; git commit -qm mv; git blame -f b; git blame b
git blame nosuch; echo $?
git blame -L 100 b; echo $?
#= describe
git init -q
git describe; echo $?
commit a; git describe; echo $?
git tag light; git describe; echo $?
git describe --tags; git tag -a v1 -m v1; git describe; commit b; commit c
git describe; git describe --abbrev=10; git describe --long v1; git describe --tags HEAD~; git describe --abbrev=0; git describe --exact-match; echo $?
echo x >>a; git describe --dirty; git describe --always --match 'n*'; git describe --all
#= grep
git init -q
printf 'Hello\nworld\nfoo bar\n' >a; mkdir d; printf 'foo\nfoobar\n(x)\n' >d/b; git add .; git commit -qm a; echo foo >u
git grep foo; git grep -n foo; git grep -c foo; git grep -l foo; git grep -L foo; git grep -w foo; git grep -i hello; git grep -v foo -- a
git grep -h foo; git grep -e Hello -e world; git grep -E 'fo+|wor' ; git grep -F '(x)'; git grep -o 'fo*' ; git grep nosuch; echo $?
git grep foo HEAD; git grep foo HEAD -- d; git grep --untracked foo; git grep -q foo; echo $?
git grep -n -C1 world; git grep -A1 foo; cd d; git grep foo; git grep --full-name foo
#= reflog
git init -q
commit a; commit b; git checkout -q -b side; commit c; git checkout -q main; git reset -q --hard HEAD~
git reflog; git reflog show side; git log -g --oneline -2; git rev-parse --short 'HEAD@{1}' 'main@{1}' '@{-1}'; git log -g -1
git show -s --format=%s 'HEAD@{2}'
#= odd-history
git init -q
GIT_AUTHOR_NAME='Ümläut' commit a; git log --format='%an'
git commit -q --allow-empty -m "$(printf 'long subject line\nthat goes on\n\nbody\n  indented\n')"
git log; git log --oneline; git log --format='[%s] [%b] [%f]'
