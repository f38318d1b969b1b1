#= colors
git init -q; commit a; git config color.ui always; git config core.pager cat; echo x >>a; echo n >n; git add n; echo u >u
git status; git status -sb; git diff; git diff --stat; git commit -qam x; git log -2; git log --oneline --decorate -1; git branch -v; git show --format='%C(yellow)%h%Creset %C(bold blue)%s%C(reset)'; git grep -n x; git branch other; git tag t; git log --oneline --decorate --all; git log -p -1; git diff HEAD~ -- nosuch
#= nested
git init -q; commit a; mkdir -p sub/deep; git init -q sub/inner; touch sub/inner/f sub/x; git status -s; git status -s -uall; cd sub/deep; git status -s; git rev-parse --show-prefix; echo y >y; git add y; git add ../x; git status -s; git commit -q -m deep; git show --stat --format=; git log --oneline -- y; git diff --stat HEAD~ -- ..; git mv y z; git rm -q -f ../x; git status -s; git checkout -q HEAD -- y ../x; ls ..
#= file-to-folder
git init -q; commit x; git checkout -q -b folder; git rm -q x; mkdir x; commit x/y; git checkout -q main; ls -F; git checkout -q folder; ls -F; git checkout -q main; git merge folder; ls -F; git revert --no-edit HEAD; ls -F
#= symlinks
git init -q; mkdir d; commit d/f; ln -s d l; ln -s nowhere broken; git add .; git commit -q -m links; git ls-files -s; rm l; mkdir l; echo x >l/f; git status -s; git diff; git checkout -q -f; ls -l l | sed 's/.*l ->/l ->/'; git cat-file -p :l; echo; rm -r d; ln -s /tmp d; git status -s; git add -A; git status -s
#= many
git init -q; for i in 1 2 3 4 5 6 7 8 9 10; do mkdir -p d$i; for j in 1 2 3 4 5 6 7 8 9; do echo $i.$j >d$i/f$j; done; done; git add .; git commit -q -m many; git ls-files | wc -l; git rev-parse HEAD^{tree}; rm -r d3; git status -s | wc -l; git commit -qam less; git show --stat --format= | tail -1; git diff --shortstat HEAD~; git checkout -q HEAD~; ls | wc -l; git status -s
#= empty-things
git init -q; : >empty; git add empty; git commit -q -m e; git show; git commit --allow-empty -q -m none; git show; git log --stat --format=%s; git commit --allow-empty --allow-empty-message -q -m ''; git log --oneline -1; git commit --allow-empty -m '' ; echo $?; git diff --stat HEAD~2 HEAD; mkdir nothing; git status -s; git add nothing; git clean -nd
#= stdin
git init -q; printf 'msg from stdin\n' >m; echo a >a; git add a; git commit -q -F - <m; git log --format=%s; git check-ignore --stdin </dev/null; echo $?; printf 'tree %s\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nhand made\n' $(git write-tree) | git hash-object -t commit -w --stdin
#= add-upgrade
git init -q; commit a; git update-ref refs/heads/deep/er/branch HEAD; git branch; git branch -d deep/er/branch; git branch deep; git branch; git tag -a x/y -m m; git tag -d x/y; git tag x; cat .git/HEAD; ls .git/refs/heads .git/refs/tags
#= in-the-way
git init -q; commit a; git checkout -q -b side; commit x; mkdir d; commit d/f; git checkout -q main; mkdir x; echo keep >x/kept; git checkout side; echo $?; git merge side; echo $?; cat x/kept; rm -r x; echo mine >x; git merge side; echo $?; cat x; rm x; echo mine >d; git checkout side; echo $?; cat d; rm d; echo '*.i' >.git/info/exclude; mkdir x; touch x/gone.i; git checkout side; cat x
