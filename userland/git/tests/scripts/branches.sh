#= branch
git init -q
git branch; git branch x; echo $?
commit a
git branch one; git branch two one; git branch
git branch -v; git branch one; echo $?
git branch -f two HEAD; git branch -f main; echo $?
git branch -m two three; git branch -m one three; echo $?
git branch -M one three; git branch; git branch -d three; git branch -d main; echo $?; git branch -d nosuch; echo $?
git branch --show-current; git branch 'bad..name'; echo $?; git branch new nosuch; echo $?
git checkout -q -b topic; commit t; git checkout -q main; git branch -d topic; echo $?; git branch -D topic
git branch -m renamed; git branch; git branch --list 'r*'; git branch -c copy; git branch
git branch --contains HEAD; git branch --merged; git branch --no-merged; git branch --format='%(refname:short) %(objectname:short)'
#= checkout
git init -q
commit a; git checkout -b one; commit b; git checkout main; ls; git checkout -; git checkout nosuch; echo $?
git checkout main; git checkout -b one; echo $?; git checkout -B one; git branch -v; git checkout main; git checkout main
git checkout -q one; git checkout --detach; git status; git branch; git checkout main
git checkout HEAD~0; commit x; git checkout main
git checkout -b new nosuch; echo $?
#= checkout-detached
git init -q
commit a; commit b; git checkout HEAD~; git status; git status -sb; git log --oneline --decorate; git branch -v
git -c advice.detachedHead=false checkout -q main; git -c advice.detachedHead=false checkout HEAD~
git switch -; git switch HEAD~; echo $?; git switch --detach HEAD~; git switch main
#= checkout-local-changes
git init -q
commit a; commit b; git checkout -q -b side; echo side >a; git commit -qam side; git checkout -q main
echo local >b; git checkout side; git status -s; git checkout main; echo local >a; git checkout side; echo $?
git checkout -f side; cat a b; git status -s; git checkout -q main
echo new >n; git checkout -q side; echo n >n; git add n; git commit -qm n; git checkout -q main; echo mine >n; git checkout side; echo $?; cat n
#= checkout-paths
git init -q
mkdir d; commit a; commit b; commit d/x; echo 1 >a; echo 2 >b; echo 3 >d/x
git checkout a; git checkout -- b d; git status -s; echo 1 >a; git add a; git checkout HEAD a; git status -s
git checkout nosuch; echo $?; git checkout -- nosuch; echo $?; git checkout HEAD~ -- b; git status -s; rm a; git checkout .; ls
#= restore
git init -q
commit a; commit b; echo 1 >a; echo 2 >b; git add b; git restore a; git restore --staged b; git status -s; git restore .; git status -s
echo 1 >a; git add a; git restore --source=HEAD --staged --worktree a; git status -s; git restore; echo $?; git restore nosuch; echo $?
git restore --source=HEAD~ b; git status -s
#= switch
git init -q
commit a; git switch -c one; git switch main; git switch nosuch; echo $?; git switch; echo $?; git switch -C one; git switch --orphan fresh; git status; ls
git switch one; git tag t; git switch t; echo $?
#= merge-ff
git init -q
commit a; git checkout -q -b side; commit b; commit c; git checkout -q main; git merge side; git log --oneline; git merge side
git reset -q --hard HEAD~2; git merge --no-ff side -m "no ff"; git log --oneline; git merge nosuch; echo $?
git reset -q --hard HEAD~; git merge --ff-only side; git merge --squash side
#= merge-clean
git init -q
lines 1 20 >a; git add a; git commit -qm a; git checkout -q -b side; sed -i 2s/.*/two/ a; tick; git commit -qam side; commit s
git checkout -q main; sed -i 19s/.*/nineteen/ a; tick; git commit -qam main; tick
git merge side; git log --format='%h %s'; sed -n '2p;19p' a; git status -s; git log -1 --format=%B
git checkout -q -b other HEAD~; commit o; tick; git merge main; git log -1 --format=%s; git merge --ff-only side; echo $?
#= merge-conflict
git init -q
lines 1 5 >a; commit k; git add a; git commit -qm a; git checkout -q -b side; sed -i 3s/.*/side/ a; tick; git commit -qam side
git checkout -q main; sed -i 3s/.*/main/ a; tick; git commit -qam main; tick
git merge side; echo $?; cat a; git status; git status -s; git diff; git ls-files -s; git ls-files -u
git merge side; echo $?; git commit -m x; echo $?; cat .git/MERGE_MSG
printf '1\n2\nboth\n4\n5\n' >a; git add a; git status; git commit --no-edit; git log --format='%h %p %s'; git show; git status
#= merge-abort
git init -q
commit a 1; git checkout -q -b side; echo s >a; git commit -qam s; git checkout -q main; echo m >a; git commit -qam m; git merge side; git merge --abort; git status; cat a; git merge --abort; echo $?
git merge -X ours side -m ours; cat a; git reset -q --hard HEAD~; git merge -Xtheirs side -m theirs; cat a; git reset -q --hard HEAD~; git merge -s ours side -m "keep"; cat a
#= merge-modify-delete
git init -q
commit a; commit b; git checkout -q -b side; git rm -q a; echo x >b; git commit -qam side; git checkout -q main; echo m >a; git rm -q b; git commit -qam main; tick
git merge side; echo $?; git status; ls; git add a; git rm -q b; git commit -qm done; git status -s; ls
#= merge-add-add
git init -q
commit k; git checkout -q -b side; commit a 1; git checkout -q main; commit a 2; git merge side; echo $?; cat a; git status -s
git checkout --ours a; cat a; git checkout --theirs a; cat a; git add a; git commit -qm m
git checkout -q --orphan lone; git rm -rqf .; commit z; git merge main; echo $?; git merge --allow-unrelated-histories main -m joined; ls
#= merge-rename
git init -q
lines 1 30 >a; git add a; git commit -qm a; git checkout -q -b side; git mv a b; tick; git commit -qm mv; git checkout -q main; sed -i 5s/.*/five/ a; tick; git commit -qam edit; tick
git merge side -m m; ls; sed -n 5p b; git show --stat --format=%s
#= merge-local
git init -q
commit a; commit b; git checkout -q -b side; echo s >a; git commit -qam s; git checkout -q main; commit c; echo local >b; git merge side -m m; git status -s
git reset -q --hard HEAD~; echo local >a; git merge side -m m; echo $?; git checkout -q a; echo x >b; git add b; git merge side -m m; echo $?; git status -s
#= merge-conflict-styles
git init -q
lines 1 12 >a; git add a; git commit -qm a; git checkout -q -b side; sed -i -e 3s/.*/x/ -e 5s/.*/y/ -e 11s/.*/z/ a; git commit -qam s; git checkout -q main; sed -i -e 3s/.*/p/ -e 5s/.*/q/ -e 11s/.*/r/ a; git commit -qam m
git merge side; cat a; git merge --abort; git -c merge.conflictStyle=diff3 merge side; cat a
#= merge-binary
git init -q
printf 'a\0' >a; git add a; git commit -qm a; git checkout -q -b side; printf 'b\0' >a; git commit -qam s; git checkout -q main; printf 'c\0' >a; git commit -qam m; git merge side; echo $?; git status -s; git diff
#= merge-criss-cross
git init -q
lines 1 10 >a; git add a; git commit -qm a; git checkout -q -b x; sed -i 1s/.*/x1/ a; tick; git commit -qam x1; git checkout -q -b y main; sed -i 10s/.*/y1/ a; tick; git commit -qam y1
git checkout -q x; tick; git merge -q y -m xy; git checkout -q y; tick; git merge -q x~ -m yx; sed -i 5s/.*/y5/ a; tick; git commit -qam y2; git checkout -q x; sed -i 7s/.*/x7/ a; tick; git commit -qam x2; git merge-base --all x y; tick; git merge y -m cross; cat a
#= reset
git init -q
commit a; commit b; commit c; echo x >a; git reset HEAD~; git status -s; git reset --hard; git status -s; git reset --soft HEAD~; git status -s; git reset; git status -s; git add b; git reset b; git status -s; git reset -q nosuch; echo $?
git reset --hard nosuch; echo $?; echo y >a; git add a; git reset -- a; git reset --hard -q; git status -s; git log -g --format=%gs
#= tag
git init -q
git tag x; echo $?
commit a; git tag v1.0; git tag -a v1.10 -m "ten"; git tag v1.9 -m "nine
more"; git tag; git tag -l 'v1.1*'; git tag -n; git tag -n2; git tag --sort=-v:refname; git tag v1.0; echo $?; commit b; git tag -f v1.0; git tag -d v1.9 nosuch; echo $?
git cat-file -p v1.10; git tag --points-at HEAD; git tag --contains HEAD~; git tag 'bad name'; echo $?; git show-ref; git show-ref -d --tags; git for-each-ref --format='%(refname) %(objecttype) %(taggername) %(subject)'; git for-each-ref
#= stash
git init -q
commit a; commit b; git stash; echo 1 >a; echo 2 >b; git add b; echo n >n; git stash; git status -s; git stash list; git stash show; git stash show -p; git stash pop; git status -s
git stash push -m "my message"; git stash list; git stash apply; git stash drop; git stash list; git stash pop; echo $?
git stash -u; git status -s; ls; git stash pop --index; git stash push -q a; git status -s; git stash pop -q; git stash -k; git status -s
#= stash-conflict
git init -q
commit a; echo x >a; git stash -q; echo y >a; git commit -qam y; git stash pop; echo $?; cat a; git status -s; git checkout -q -f HEAD a; git stash drop; echo z >a; git stash -q; git stash branch b; git stash list; git stash drop nosuch; echo $?
#= cherry-pick
git init -q
commit a; git checkout -q -b side; commit b; commit c; commit d; git checkout -q main; tick; git cherry-pick side; git log --format='%s %an %ad %cd'; git cherry-pick side~2..side~; git log --oneline; git cherry-pick -n side~2; git status -s; git reset -q --hard
git cherry-pick nosuch; echo $?; git cherry-pick -x HEAD~ ; echo $?; git cherry-pick --abort
#= cherry-pick-conflict
git init -q
commit a; git checkout -q -b side; echo s >a; tick; git commit -qam side; commit n; git checkout -q main; echo m >a; tick; git commit -qam main
git cherry-pick side~ side; echo $?; git status; cat a; echo r >a; git add a; git status; GIT_EDITOR=true git cherry-pick --continue; git log --format=%s; git status -s; git reset -q --hard HEAD~2
git cherry-pick side~; git cherry-pick --abort; git status; git cherry-pick side~ side; git cherry-pick --skip; git log --format=%s; git cherry-pick --continue; echo $?
#= revert
git init -q
commit a; commit b; echo x >a; tick; git commit -qam "change a"; tick; git revert --no-edit HEAD; git log --format=%B; cat a; git revert --no-edit HEAD~2; git log --oneline; git revert --no-edit HEAD~2; echo $?
#= revert-conflict
git init -q
commit a; echo x >a; git commit -qam x; echo y >a; git commit -qam y; git revert HEAD~; echo $?; git status; cat a; git revert --abort; git status -s
#= rebase
git init -q
commit a; git checkout -q -b topic; commit t1; commit t2; git checkout -q main; commit b; git checkout -q topic; tick; git rebase main 2>err; echo $?; tr '\r' '\n' <err; git log --format='%s %ad %cd'; git rebase main; git status; git reflog -3; git reflog topic -2
git checkout -q -b up main~; git rebase main 2>err; tr '\r' '\n' <err; git log --oneline
#= rebase-conflict
git init -q
commit a; git checkout -q -b topic; echo t >a; tick; git commit -qam "topic a"; commit t2; git checkout -q main; echo m >a; tick; git commit -qam "main a"; git checkout -q topic; git rebase main >out 2>err; echo $?; cat out; tr '\r' '\n' <err; rm out err
git status; cat a; git rebase main 2>/dev/null; echo $?; git rebase --continue; echo $?; echo r >a; git add a; git status; GIT_EDITOR=true git rebase --continue 2>err; tr '\r' '\n' <err; rm err; git log --format=%s; git status
git reset -q --hard ORIG_HEAD; git rebase main >/dev/null 2>&1; git rebase --abort; git status; git log --format=%s; git rebase main >/dev/null 2>&1; git rebase --skip >/dev/null 2>&1; git log --format=%s; git rebase --continue; echo $?
#= rebase-onto
git init -q
commit a; git checkout -q -b one; commit o; git checkout -q -b two; commit t; git checkout -q main; commit b; git rebase -q --onto main one two; git log --format=%s; git status -s; echo x >a; git rebase one; echo $?; git checkout -q a; git rebase nosuch; echo $?
git checkout -q -b dup main~; tick; git cherry-pick main >/dev/null; commit z; git rebase main 2>&1 | tr '\r' '\n'; git log --format=%s
#= clean
git init -q
commit a; echo '*.o' >.gitignore; git add .gitignore; git commit -qm i; mkdir -p d/e; touch u x.o d/f d/e/g; git clean; echo $?; git clean -n; git clean -nd; git clean -ndx; git clean -nX; git clean -f u; ls; git clean -fd; ls -A | grep -v '^.git$'; git clean -fx -q; ls
