#= graph
git init -q; commit a; git checkout -q -b side; commit s1; git checkout -q main; commit b; commit c; git checkout -q side; commit s2; git checkout -q main; tick; git merge -q side -m "merge side"; commit d; git checkout -q -b other HEAD~2; commit o1; commit o2; git checkout -q main
git log --graph --oneline; git log --graph --oneline --all; git log --graph; git log --graph --all --format='%h %s'; git log --graph --format=format:%s; echo; git log --graph --oneline -3; git log --graph --oneline side..main; git log --graph --format='%h%n%s' --all
git checkout -q other; tick; git merge -q main -m "merge main"; git checkout -q -b third HEAD~2; commit t; tick; git merge -q other -m "third"; git checkout -q main; commit e; tick; git merge -q third -m all; git log --graph --oneline --all; git log --graph --oneline --first-parent; git log --graph --format=%s --decorate
#= graph-many
git init -q; commit r; for b in one two three four; do git checkout -q -b $b main; commit $b-1; commit $b-2; done; git checkout -q main; commit m; for b in three one four two; do tick; git merge -q $b -m "merge $b"; done; git checkout -q one; commit late; git checkout -q main; tick; git merge -q one -m last; git log --graph --oneline --all; git log --graph --all
#= graph-roots
git init -q; commit a; commit b; git checkout -q --orphan lone; git rm -rqf .; commit z; commit y; git checkout -q main; tick; git merge -q --allow-unrelated-histories lone -m join; git log --graph --oneline; git log --graph --oneline --all --reverse; echo $?
#= graph-cross
git init -q; commit a; git branch x; git branch y; for i in 1 2 3; do git checkout -q x; commit x$i; git checkout -q y; commit y$i; git checkout -q x; tick; git merge -q y~1 -m "xy$i"; git checkout -q y; tick; git merge -q x~1 -m "yx$i"; done; git log --graph --oneline --all; git log --graph --oneline y; git log --graph --oneline y..x
