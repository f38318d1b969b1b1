#= clone
git init -q r; cd r; commit a; commit b; git tag v1; git tag -a v2 -m two; git branch side; cd ..
git clone r c; cd c; git log --oneline --decorate; git branch -a; git remote -v; cat .git/config; git status; git reflog; git branch -vv; cd ..
git clone -q file://$PWD/r d; ls d; git clone r c; echo $?; git clone nosuch x; echo $?; git clone --bare r; ls; cat r.git/config; git clone -q -b side r.git e; git -C e branch; git clone -q --no-checkout r f; ls f; git clone -q -o up r g; git -C g branch -r; git clone https://example.com/x y 2>/dev/null; echo $?
git init -q empty; git clone empty e2; git -C e2 status; git clone -q -b nosuch r h; echo $?; ls -d h
#= fetch-push
git init -q --bare r.git; git clone -q r.git a 2>/dev/null; git clone -q r.git b 2>/dev/null
cd a; commit x; git push; git push; commit y; git push; git status -sb; cd ../b; git fetch; git status; git merge; git pull; git log --oneline; commit z; git push; cd ../a; commit w; git push; echo $?; git fetch; git status; git pull; echo $?; tick; git merge origin/main -m joined; git log --oneline; git push
cd ../b; git pull; git branch topic; git push origin topic; git push origin :topic; git push origin nosuch; echo $?; git tag t; git push origin t; git push --tags; cd ../a; git fetch; git push --delete origin t; git push origin HEAD:refs/heads/new; git branch -r; cd ../b; git fetch -p; git branch -a
#= push-upstream
git init -q --bare r.git; git init -q a; cd a; git remote add origin ../r.git; git remote; git remote -v; commit x; git push; echo $?; git push -u origin main; cat .git/config; git checkout -q -b topic; git push; echo $?; git push -u origin HEAD; commit y; git push; git reset -q --hard HEAD~; commit q; git push; echo $?; git push -f; git branch -vv; git status
git remote add origin x; echo $?; git remote rename origin up; git branch -vv; git remote get-url up; git remote set-url up ../r2.git; git remote -v; git remote remove up; git remote; git branch -a; git remote remove nosuch; echo $?; git push nosuch; echo $?; git fetch nosuch; echo $?
#= fetch-refspec
git init -q r; cd r; commit a; git checkout -q -b side; commit b; git checkout -q main; cd ..; git init -q c; cd c; git fetch ../r; cat .git/FETCH_HEAD; git fetch ../r side:mine; git branch; git log --oneline mine; git fetch ../r side; git merge -q FETCH_HEAD; git log --oneline; git pull ../r main; git remote add o ../r; git fetch o; git branch -a; git fetch o; git checkout side; git status
#= pull-rebase
git init -q r; git -C r commit -q --allow-empty -m root; git clone -q r c; cd r; commit a; cd ../c; commit b; git pull --rebase 2>&1 | tr '\r' '\n'; git log --format=%s; git pull --ff-only; cd ../r; commit d; cd ../c; git pull --rebase=false; git log --format=%s -3
#= push-checked-out
git init -q r; git -C r commit -q --allow-empty -m root; git clone -q r c; cd c; commit a; git push; echo $?; git push origin main:other
#= network
git init -q; git remote add origin https://example.com/x.git; git remote -v
#= fixture
cp -R "$FIXTURES/packed.git" r.git; cd r.git; git log --format='%h %s' | head -5; git rev-list --count --all; git branch -a; git tag; git show-ref; git cat-file -s HEAD:big; git hash-object --stdin <<X
x
X
git log --oneline -- sub | head -3; cd ..; git clone -q r.git c; cd c; git status; ls; git log -3 --stat --format=%s; commit n; git log -2 --oneline; git rev-parse HEAD HEAD^{tree}; git branch -D nosuch; git show v1 | head -5; git diff --stat HEAD~10; git push -q origin main; git -C ../r.git log -1 --format=%s; cd ../r.git; git branch -d old; git branch -D old; git show-ref; git tag -d v1; git for-each-ref
#= fixture-ref-deltas
cp -R "$FIXTURES/refdelta.git" r.git; cd r.git; git rev-list --count --all; for c in $(git rev-list --all); do git cat-file -p $c:big; git cat-file -p $c:sub/f; done | git hash-object --stdin; git log -p | git hash-object --stdin; git log --stat | git hash-object --stdin; git show-ref
