#= objects
git init -q
echo hello >a; git hash-object a; git hash-object -w a; printf hello | git hash-object --stdin; git cat-file -t ce013625; git cat-file -s ce013625; git cat-file -p ce013625; git cat-file blob ce013625; git cat-file -e ce013625; echo $?
git cat-file -p 0000000; echo $?; git cat-file -t nosuch; echo $?; git cat-file -e 1234567890123456789012345678901234567890; echo $?; git hash-object nosuch; echo $?
git add a; git write-tree; git commit-tree -m msg $(git write-tree); git update-ref refs/heads/x $(git commit-tree -m msg $(git write-tree)); git log --oneline x; git cat-file -p x; git cat-file -p 'x^{tree}'; git cat-file tree x | od -c | head -2
printf 'x\nnosuch\n' | git cat-file --batch-check; printf 'x:a\n' | git cat-file --batch
#= rev-parse
git init -q; mkdir -p d/e
git rev-parse HEAD; echo $?; git rev-parse --verify HEAD; echo $?; git rev-parse --verify -q HEAD; echo $?
commit a; commit b; git tag -a v1 -m v1
git rev-parse HEAD HEAD~ main v1 'v1^{}' 'v1^{commit}' 'HEAD^{tree}' HEAD:a :b HEAD~1 HEAD^1 @; git rev-parse HEAD~5; echo $?; git rev-parse nosuch; echo $?; git rev-parse --verify nosuch; echo $?
git rev-parse --short HEAD; git rev-parse --short=10 HEAD; git rev-parse --abbrev-ref HEAD; git rev-parse --symbolic-full-name main; git rev-parse HEAD~..HEAD; git rev-parse ^HEAD~; git rev-parse --is-inside-work-tree --is-bare-repository --is-inside-git-dir
git rev-parse --show-toplevel --git-dir --show-prefix --show-cdup; cd d/e; git rev-parse --show-toplevel --git-dir --show-prefix --show-cdup; git rev-parse ':/Add a'; git rev-parse HEAD:./x; echo $?
git checkout -q --detach; git rev-parse --abbrev-ref HEAD; git rev-parse 'HEAD@{0}' '@{1}' 'HEAD@{99}'; echo $?
#= ls
git init -q; mkdir -p d/e; commit a; commit d/x; commit d/e/y; echo u >u; echo '*.o' >.gitignore; touch i.o; rm a; echo m >d/x
git ls-files; git ls-files -s; git ls-files -d; git ls-files -m; git ls-files -o; git ls-files -o --exclude-standard; git ls-files d; git ls-files nosuch; git ls-files --error-unmatch nosuch; echo $?; cd d; git ls-files; git ls-files --full-name; cd ..
git ls-tree HEAD; git ls-tree -r HEAD; git ls-tree -r --name-only HEAD; git ls-tree HEAD d; git ls-tree HEAD d/; git ls-tree -d HEAD; git ls-tree -l HEAD a; git ls-tree -rt HEAD; git ls-tree HEAD d/e/y; git ls-tree nosuch; echo $?; cd d; git ls-tree HEAD; git ls-tree --full-tree HEAD
#= refs
git init -q; commit a; commit b
git symbolic-ref HEAD; git symbolic-ref --short HEAD; git symbolic-ref HEAD refs/heads/other; git symbolic-ref HEAD; git symbolic-ref HEAD refs/heads/main; git update-ref refs/heads/x HEAD~; git update-ref refs/heads/x HEAD HEAD; echo $?; git update-ref -d refs/heads/x; git show-ref; git show-ref --verify refs/heads/main; git show-ref --verify refs/heads/nosuch; echo $?; git show-ref -s main; git show-ref nosuch; echo $?
git branch a/b; git branch a; echo $?; git branch -d a/b; git branch a; git checkout -q --detach; git symbolic-ref HEAD; echo $?; git symbolic-ref -q HEAD; echo $?
git merge-base HEAD HEAD~; git merge-base --is-ancestor HEAD HEAD~; echo $?; git merge-base --is-ancestor HEAD~ HEAD; echo $?; git rev-list HEAD; git rev-list --count HEAD; git rev-list -1 HEAD; git rev-list HEAD~..HEAD
#= config
git init -q
git config a.b 1; git config a.b; git config a.c.d 'x y'; git config --get a.c.d; git config nosuch.key; echo $?; git config nosuch; echo $?; git config --list --local; git config --add a.b 2; git config --get-all a.b; git config a.b 3; echo $?; git config --replace-all a.b 4; git config --unset a.b; git config --unset a.b; echo $?; cat .git/config
git config --global alias.x y; git config --global --list; git config --show-origin a.c.d; git config --show-scope a.c.d; git config --get-regexp 'a\..*'; git config --bool a.t yes; git config --type=bool a.t; git config --int a.n 2k; git config a.n; git config --rename-section a.c z; git config --remove-section z; git config --remove-section nosuch; echo $?; cat .git/config
git config a.quoted ' lead"x;#'; git config a.quoted; git config a.nl "$(printf 'a\nb\tc')"; git config a.nl; cat .git/config; git config --file other x.y z; cat other; git config --default d nosuch.k; git -c x.y=z config x.y; printf '[bad\n' >.git/config; git config a.b; echo $?
#= config-subcommands
git init -q; git config set a.b 1; git config get a.b; git config list --local; git config unset a.b; git config get a.b; echo $?; printf '[include]\n\tpath = more\n' >>.git/config; printf '[m]\n\tk = v\n[n "S.x"] ; c\n\tk\n\tl = "a  b" c \\\n  d\n' >.git/more; git config m.k; git config n.S.x.k; git config --bool n.S.x.k; git config n.S.x.l; git config --includes --list --local
#= check-ignore
git init -q; printf '*.o\n!a.o\n/b\nc/\nd/**/e\n\\#f\ng \n' >.gitignore; mkdir -p c d/x s; touch a.o x.o b s/b c/z d/x/e '#f' g
git check-ignore a.o x.o b s/b c c/z d/x/e '#f' g; echo $?; git check-ignore -v x.o b c/z d/x/e; git check-ignore a.o; echo $?; echo '!*.o' >s/.gitignore; touch s/y.o; git status -s -uall
#= pathspecs
git init -q; mkdir -p d/e s; for f in a.c b.h d/a.c d/e/x.c s/A.C; do echo 1 >$f; done; git add .; git commit -qm a
git ls-files '*.c'; git ls-files 'd/*.c'; git ls-files ':(glob)d/*.c'; git ls-files ':(glob)**/*.c'; git ls-files ':(icase)*.c'; git ls-files ':!*.c'; git ls-files . ':^d'; cd d; git ls-files ':/*.h'; git ls-files ..; git ls-files ':(top)s'; git add ../../x; echo $?; git ls-files ':(bad)x'; echo $?
#= stripspace
printf '\n\n a \n\n\n# c\nb\n\n' | git stripspace; printf 'a\n# c\n' | git stripspace -s; printf 'a\n\nb\n' | git stripspace -c
