#= init
git init
git init
ls -A .git | grep -v hooks | grep -v branches
cat .git/HEAD .git/config
#= init-options
git init -q -b trunk a; cat a/.git/HEAD
git init --bare b.git; cat b.git/config
git init -q -b 'bad name' c
#= no-repository
git status; echo $?
git log; echo $?
git diff --no-index a b; echo $?
#= no-identity
: >~/.gitconfig
git init -q -b main; echo a >a; git add a
git commit -m a 2>err; echo $?; head -11 err
git -c user.name=X -c user.email=x@y commit -m a
#= status-initial
git init -q
git status
echo a >a
git status
git add a
git status
echo b >>a
git status
git status -s
#= status-short
git init -q
commit a; commit b; commit c
echo x >>a; git rm -q b; echo n >n; git add n; echo u >u; mkdir d; echo f >d/f
git status -s
git status -sb
git status --porcelain
git status --porcelain -uall
git status -uno
git status
#= status-paths
git init -q
mkdir -p d/e; commit a; commit d/e/f; echo x >>a; echo y >>d/e/f; echo z >d/new
cd d
git status
git status -s
git status -s .
git status --porcelain
#= add
git init -q
git add; echo $?
git add nosuch; echo $?
mkdir d; echo a >d/a; echo b >d/b
git add -v d
git add -n .
rm d/a; echo x >d/b; echo c >c
git add -n -A
git add -v -u
git status -s
git add -A; git status -s
#= add-ignored
git init -q
printf '*.o\n/build/\n!keep.o\ndoc/**/x\n' >.gitignore
mkdir -p build doc/a/b; touch a.o keep.o build/x doc/a/b/x doc/a/y
git status -s -uall
git status -s --ignored
git add a.o; echo $?
git add -f a.o; git add .
git ls-files
#= add-unknown-option
git init -q
git add --nope 2>err; echo $?; head -1 err
git add -Z 2>err; echo $?; head -1 err
git commit -m 2>err; echo $?; head -1 err
git nosuch; echo $?
#= commit
git init -q
git commit -m x; echo $?
echo a >a; git add a
git commit -m "first" -m "second paragraph"
git log
git commit -m x; echo $?
tick
echo b >>a; git commit -am "change"
git commit --allow-empty -q -m empty
git log --oneline
echo c >b
git commit -m x; echo $?
git commit -am x b; echo $?
#= commit-amend
git init -q
commit a; commit b
tick
git commit --amend -m "Better"
git commit --amend --no-edit --author="Some One <one@example.com>" --date="2020-01-02 03:04:05 +0200"
git log --format=fuller
git reflog
#= commit-file
git init -q; echo a >a; git add a
printf '\n\n  subject  \n\n\n# comment\nbody\n\n' >msg
git commit -F msg; git cat-file -p HEAD
echo b >a; git add a
printf 'piped\n' | git commit -F -
git log --format=%B
#= commit-editor
git init -q; echo a >a; git add a
printf '#!/bin/sh\ncat "$1"\nprintf "edited\\n# no\\n" >"$1"\n' >ed; chmod +x ed
GIT_EDITOR=./ed git commit
git log --format=%B
GIT_EDITOR=true git commit --allow-empty; echo $?
git -c core.editor=./ed commit --amend
#= commit-paths
git init -q
commit a; commit b; tick
echo x >a; echo y >b; git add b; echo z >c
git commit -m "only a" a
git status -s
git commit -m "c" c; echo $?
git commit -m "all" -a
git show --stat
#= commit-hooks
git init -q; echo a >a; git add a
mkdir -p .git/hooks
printf '#!/bin/sh\necho pre; exit 1\n' >.git/hooks/pre-commit; chmod +x .git/hooks/pre-commit
git commit -m a; echo $?
printf '#!/bin/sh\necho "from hook" >>"$1"\n' >.git/hooks/commit-msg; chmod +x .git/hooks/commit-msg
git commit -q -n -m a; git log --format=%B
rm .git/hooks/pre-commit
echo b >a
printf '#!/bin/sh\necho post\n' >.git/hooks/post-commit; chmod +x .git/hooks/post-commit
git commit -qam b; git log --format=%B
#= signoff
git init -q; echo a >a; git add a
git commit -q -s -m a; git log --format=%B
#= rm
git init -q
mkdir d; commit a; commit b; commit d/c; commit d/e
git rm a
git rm d; echo $?
git rm -r d
echo x >>b
git rm b; echo $?
git rm --cached b
git status -s
git rm nosuch; echo $?
ls
#= mv
git init -q
mkdir d; commit a; commit b; commit d/c
git mv a d
git mv b e; git mv d f
git status -s
git mv nosuch x; echo $?
git mv e f/a; echo $?
git status
#= modes
git init -q
commit a; ln -s a l; git add l; chmod +x a
git diff
git status -s
git commit -qam x; git show --summary --format=
git ls-files -s
chmod -x a; git diff --stat; git diff --summary
rm l; echo text >l; git diff
#= odd-names
git init -q
printf 'x\n' >'a b'; printf 'y\n' >"$(printf 'tab\tquote"')"; printf 'z\n' >'ü'; printf 'n\n' >"$(printf 'new\nline')"
git add .; git status -s; git commit -q -m x
git ls-files
git ls-files -z | tr '\0' '\n'
git -c core.quotePath=false ls-files
echo more >>'a b'; echo more >>'ü'
git diff
git diff --stat
#= binary
git init -q
printf 'a\0b' >bin; git add bin; git commit -q -m a
printf 'a\0bcd' >bin; git diff; git diff --stat; git diff --numstat
git commit -qam b; git show --stat
#= alias
git init -q
git config alias.ci 'commit -q'
git config alias.say '!echo said'
git config alias.l "log --format='%h %s'"
git config alias.loop 'loop'
echo a >a; git add a; git ci -m "by alias"; git l; git say hello; git loop; echo $?
#= global-options
mkdir r; git -C r init -q
echo a >r/a; git -C r add a; git -C r commit -q -m a
git -C r log --oneline
git --git-dir=r/.git --work-tree=r status -s
git --no-pager -C r log --format=%s
git --version
git -C nosuch status; echo $?
git --nope; echo $?
#= locked
git init -q; echo a >a
touch .git/index.lock
git add a; echo $?
git status -s
