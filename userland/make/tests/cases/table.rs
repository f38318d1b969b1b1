//! Makefiles, and what GNU make 4.3 printed and ended with for them (LC_ALL=C).

use crate::{Case, run};

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    Case { name: "vars", files: &[("Makefile", "X = a\nY := $(X)b\nZ ?= z\nX += c\nV != echo hi; echo ho\nall: one two\n\t@echo $@ $^ $(X) $(Y) $(Z) $(V) ${X}\none:\n\techo one\ntwo: one\n\t@echo $< $+ $?\n")], times: &[], env: &[("Y", "envy"), ("Z", "envz")], runs: &[
        run(&[], "echo one\none\none one one\nall one two a c ab envz hi ho a c\n", "", 0),
        run(&["-n"], "echo one\necho one one one\necho all one two a c ab envz hi ho a c\n", "", 0),
        run(&["-s"], "one\none one one\nall one two a c ab envz hi ho a c\n", "", 0),
        run(&["nosuch"], "", "make: *** No rule to make target 'nosuch'.  Stop.\n", 2),
        run(&["X=cmd"], "echo one\none\none one one\nall one two cmd cmdb envz hi ho cmd\n", "", 0),
        run(&["-e"], "echo one\none\none one one\nall one two a c envy envz hi ho a c\n", "", 0),
    ] },
    Case { name: "fail", files: &[("Makefile", "all:\n\tfalse\n\techo no\n")], times: &[], env: &[], runs: &[
        run(&[], "false\n", "make: *** [Makefile:2: all] Error 1\n", 2),
        run(&["-k"], "false\n", "make: *** [Makefile:2: all] Error 1\n", 2),
        run(&["-i"], "false\necho no\nno\n", "make: [Makefile:2: all] Error 1 (ignored)\n", 0),
    ] },
    Case { name: "exit", files: &[("Makefile", "all:\n\t@exit 3\n")], times: &[], env: &[], runs: &[
        run(&[], "", "make: *** [Makefile:2: all] Error 3\n", 2),
    ] },
    Case { name: "ignore", files: &[("Makefile", "all:\n\t-false\n\t-@exit 2\n\techo ok\n")], times: &[], env: &[], runs: &[
        run(&[], "false\necho ok\nok\n", "make: [Makefile:2: all] Error 1 (ignored)\nmake: [Makefile:3: all] Error 2 (ignored)\n", 0),
    ] },
    Case { name: "touch", files: &[("Makefile", "a:\n\ttouch a\n")], times: &[], env: &[], runs: &[
        run(&[], "touch a\n", "", 0),
        run(&[], "make: 'a' is up to date.\n", "", 0),
        run(&["-q"], "", "", 0),
        run(&["-B"], "touch a\n", "", 0),
        run(&["-t"], "make: 'a' is up to date.\n", "", 0),
        run(&["-W", "a", "-n"], "make: 'a' is up to date.\n", "", 0),
    ] },
    Case { name: "q", files: &[("Makefile", "a: b\n\ttouch a\n"), ("b", "")], times: &[], env: &[], runs: &[
        run(&["-q"], "", "", 1),
    ] },
    Case { name: "nothing", files: &[("Makefile", "all:\n")], times: &[], env: &[], runs: &[
        run(&[], "make: Nothing to be done for 'all'.\n", "", 0),
        run(&["-s"], "", "", 0),
    ] },
    Case { name: "sep", files: &[("Makefile", "x\n")], times: &[], env: &[], runs: &[
        run(&[], "", "Makefile:1: *** missing separator.  Stop.\n", 2),
    ] },
    Case { name: "sep8", files: &[("Makefile", "all:\n        echo x\n")], times: &[], env: &[], runs: &[
        run(&[], "", "Makefile:2: *** missing separator (did you mean TAB instead of 8 spaces?).  Stop.\n", 2),
    ] },
    Case { name: "missing", files: &[("Makefile", "all: missing\n\techo\n")], times: &[], env: &[], runs: &[
        run(&[], "", "make: *** No rule to make target 'missing', needed by 'all'.  Stop.\n", 2),
        run(&["-k"], "", "make: *** No rule to make target 'missing', needed by 'all'.\nmake: Target 'all' not remade because of errors.\n", 2),
    ] },
    Case { name: "circ", files: &[("Makefile", "a: b\n\t@echo a\nb: a\n\t@echo b\n")], times: &[], env: &[], runs: &[
        run(&[], "b\na\n", "make: Circular b <- a dependency dropped.\n", 0),
    ] },
    Case { name: "nofile", files: &[("Makefile", "all:\n")], times: &[], env: &[], runs: &[
        run(&["-f", "nosuch.mk"], "", "make: nosuch.mk: No such file or directory\nmake: *** No rule to make target 'nosuch.mk'.  Stop.\n", 2),
    ] },
    Case { name: "recursive", files: &[("Makefile", "all:\n\t+@$(MAKE) -C sub\nk:\n\t$(MAKE) -C sub x=1 fail\n"), ("sub/Makefile", "x:\n\t@echo $(MAKELEVEL) '$(MAKEFLAGS)' $(x) $(CURDIR)\nfail:\n\tfalse\n")], times: &[], env: &[], runs: &[
        run(&[], "make[1]: Entering directory 'ROOT/sub'\n1 w ROOT/sub\nmake[1]: Leaving directory 'ROOT/sub'\n", "", 0),
        run(&["-n"], "make -C sub\nmake[1]: Entering directory 'ROOT/sub'\necho 1 'nw'  ROOT/sub\nmake[1]: Leaving directory 'ROOT/sub'\n", "", 0),
        run(&["-k", "k"], "make -C sub x=1 fail\nmake[1]: Entering directory 'ROOT/sub'\nfalse\nmake[1]: Leaving directory 'ROOT/sub'\n", "make[1]: *** [Makefile:4: fail] Error 1\nmake: *** [Makefile:4: k] Error 2\n", 2),
        run(&["-s"], "1 s ROOT/sub\n", "", 0),
        run(&["k"], "make -C sub x=1 fail\nmake[1]: Entering directory 'ROOT/sub'\nfalse\nmake[1]: Leaving directory 'ROOT/sub'\n", "make[1]: *** [Makefile:4: fail] Error 1\nmake: *** [Makefile:4: k] Error 2\n", 2),
        run(&["--no-print-directory"], "1  --no-print-directory ROOT/sub\n", "", 0),
    ] },
    Case { name: "include", files: &[("Makefile", "include inc.mk\n-include none.mk\nall:\n\t@echo $(A) $(MAKEFILE_LIST)\n"), ("inc.mk", "A = from-inc\n")], times: &[], env: &[], runs: &[
        run(&[], "from-inc Makefile inc.mk\n", "", 0),
    ] },
    Case { name: "include-missing", files: &[("Makefile", "include none.mk\nall:;@echo x\n")], times: &[], env: &[], runs: &[
        run(&[], "", "Makefile:1: none.mk: No such file or directory\nmake: *** No rule to make target 'none.mk'.  Stop.\n", 2),
    ] },
    Case { name: "include-remade", files: &[("Makefile", "all:\n\t@echo $(A)\ninclude gen.mk\ngen.mk:\n\techo A=gen > $@\n")], times: &[], env: &[], runs: &[
        run(&[], "echo A=gen > gen.mk\ngen\n", "", 0),
        run(&[], "gen\n", "", 0),
    ] },
    Case { name: "inline", files: &[("Makefile", "all:;@echo a;echo b # c\nb: ; @echo '#x' # y\n")], times: &[], env: &[], runs: &[
        run(&[], "a\nb\n", "", 0),
        run(&["b"], "#x\n", "", 0),
    ] },
    Case { name: "cond", files: &[("Makefile", "ifeq ($(X),1)\nA=one\nelse ifeq '$(X)' \"2\"\nA=two\nelse\nA=other\nendif\nifdef Y\nB=y\nendif\nifndef Y\nB=n\nendif\nifneq (a,b)\nC=ne\nendif\nall:\n\t@echo $(A) $(B) $(C)\nifdef Y\n\t@echo in recipe\nendif\n")], times: &[], env: &[], runs: &[
        run(&[], "other n ne\n", "", 0),
        run(&["X=1"], "one n ne\n", "", 0),
        run(&["X=2"], "two n ne\n", "", 0),
        run(&["Y=1"], "other y ne\nin recipe\n", "", 0),
    ] },
    Case { name: "noendif", files: &[("Makefile", "ifeq (a,b)\nx=1\n")], times: &[], env: &[], runs: &[
        run(&[], "", "Makefile:3: *** missing 'endif'.  Stop.\n", 2),
    ] },
    Case { name: "error", files: &[("Makefile", "$(error boo $(X))\nX=1\n")], times: &[], env: &[], runs: &[
        run(&[], "", "Makefile:1: *** boo .  Stop.\n", 2),
    ] },
    Case { name: "warning", files: &[("Makefile", "$(warning boo)\n$(info hi)\nall:\n")], times: &[], env: &[], runs: &[
        run(&[], "hi\nmake: Nothing to be done for 'all'.\n", "Makefile:1: boo\n", 0),
    ] },
    Case { name: "killed", files: &[("Makefile", "all:\n\t@kill -9 $$$$\n")], times: &[], env: &[], runs: &[
        run(&[], "", "make: *** [Makefile:2: all] Killed\n", 2),
    ] },
    Case { name: "override-recipe", files: &[("Makefile", "all:\n\t@echo 1\nall:\n\t@echo 2\n")], times: &[], env: &[], runs: &[
        run(&[], "2\n", "Makefile:4: warning: overriding recipe for target 'all'\nMakefile:2: warning: ignoring old recipe for target 'all'\n", 0),
    ] },
    Case { name: "pattern", files: &[("Makefile", "all: a.o b.o\n%.o: %.c\n\t@echo cc $< $@ $*\n"), ("a.c", ""), ("b.c", "")], times: &[], env: &[], runs: &[
        run(&[], "cc a.c a.o a\ncc b.c b.o b\n", "", 0),
        run(&["-B"], "cc a.c a.o a\ncc b.c b.o b\n", "", 0),
    ] },
    Case { name: "suffix", files: &[("Makefile", ".SUFFIXES: .x .y\nall: a.y\n.x.y:\n\t@echo $< to $@ $*; cp $< $@\n"), ("a.x", "1")], times: &[], env: &[], runs: &[
        run(&[], "a.x to a.y a\n", "", 0),
        run(&[], "make: Nothing to be done for 'all'.\n", "", 0),
    ] },
    Case { name: "static", files: &[("Makefile", "O = a.o b.o\nall: $(O)\n$(O): %.o: %.c h.h\n\t@echo $@ $< $^ $*\n"), ("a.c", ""), ("b.c", ""), ("h.h", "")], times: &[], env: &[], runs: &[
        run(&[], "a.o a.c a.c h.h a\nb.o b.c b.c h.h b\n", "", 0),
    ] },
    Case { name: "phony", files: &[("Makefile", ".PHONY: all clean\nall: clean\n\t@echo all\nclean:\n\t@echo clean\n"), ("all", ""), ("clean", "")], times: &[], env: &[], runs: &[
        run(&[], "clean\nall\n", "", 0),
        run(&["clean"], "clean\n", "", 0),
        run(&["all", "clean"], "clean\nall\nmake: Nothing to be done for 'clean'.\n", "", 0),
    ] },
    Case { name: "default", files: &[("Makefile", ".DEFAULT:\n\t@echo default $@ $<\nall: x y\n\t@echo all\n")], times: &[], env: &[], runs: &[
        run(&[], "default x x\ndefault y y\nall\n", "", 0),
        run(&["foo"], "default foo foo\n", "", 0),
    ] },
    Case { name: "order", files: &[("Makefile", "a: b | d\n\t@echo $^ '|' $|; touch a\nd:\n\tmkdir d\nb:\n\ttouch b\n")], times: &[], env: &[], runs: &[
        run(&[], "touch b\nmkdir d\nb | d\n", "", 0),
        run(&[], "make: 'a' is up to date.\n", "", 0),
    ] },
    Case { name: "dcolon", files: &[("Makefile", "a:: b\n\t@echo 1 $<\na:: c\n\t@echo 2 $<\nb c:;touch $@\n")], times: &[], env: &[], runs: &[
        run(&[], "touch b\n1 b\ntouch c\n2 c\n", "", 0),
    ] },
    Case { name: "define", files: &[("Makefile", "define CMD\n@echo one\n@echo two $(1)\nendef\nall:\n\t$(CMD)\n\t$(call CMD,x)\ndefine R =\n$(1): ; @echo rule $(1)\nendef\n$(eval $(call R,foo))\nall: foo\n")], times: &[], env: &[], runs: &[
        run(&[], "rule foo\none\ntwo\none\ntwo x\n", "", 0),
    ] },
    Case { name: "specific", files: &[("Makefile", "all: X = spec\nall: dep\n\t@echo $@ $(X) $(Y)\ndep:\n\t@echo $@ $(X)\nX = glob\nY = y\nother: Y += more\nother: ; @echo $(X) $(Y)\n%.z: P = pat\na.z: ; @echo $(P)\n")], times: &[], env: &[], runs: &[
        run(&[], "dep spec\nall spec y\n", "", 0),
        run(&["other"], "glob y more\n", "", 0),
        run(&["dep"], "dep glob\n", "", 0),
        run(&["a.z"], "pat\n", "", 0),
        run(&["all", "other"], "dep spec\nall spec y\nglob y more\n", "", 0),
        run(&["X=c"], "dep c\nall c y\n", "", 0),
    ] },
    Case { name: "funcs", files: &[("Makefile", "S = a.c b.c d/e.c\nall:\n\t@echo '$(subst a,b,banana)' '$(patsubst %.c,%.o,$(S))' '$(S:.c=.o)' '$(S:%.c=x%y)'\n\t@echo '$(strip   a  b )' '$(findstring b,abc)' '$(filter %.c x,a.c x y)' '$(filter-out %.c x,a.c x y)'\n\t@echo '$(sort c b a b)' '$(word 2,a b c)' '$(wordlist 2,3,a b c d)' '$(words a b c)' '$(firstword a b)' '$(lastword a b)'\n\t@echo '$(dir a/b c /x)' '$(notdir a/b c /x)' '$(suffix a.b c d.e/f g/h.i)' '$(basename a.b c d.e/f g/h.i)'\n\t@echo '$(addprefix p/,a b)' '$(addsuffix .s,a b)' '$(join a b,1 2 3)' '$(wildcard *.w)' '$(wildcard d*/*.w)'\n\t@echo '$(if a,b,c)' '$(if ,b,c)' '$(or ,x,y)' '$(and a,b)' '$(and a,,b)' '$(foreach i,1 2 3,<$(i)>)'\n\t@echo '$(call f,1,2)' '$(origin S)' '$(origin PATH)' '$(origin nope)' '$(origin CC)' '$(origin @)' '$(flavor S)' '$(value f)'\n\t@echo '$(shell echo a; echo b)' '$(abspath x/../y)' '$(words $(realpath Makefile nosuch))'\n\t@echo $(@D) $(@F) '$(subst $(space),+,a b)' '$(comma)' '$(call rev,1 2 3)'\nf = [$(1)-$(2)-$(3)]\nempty :=\nspace := $(empty) $(empty)\ncomma := ,\nrev = $(if $(1),$(call rev,$(wordlist 2,99,$(1))) $(firstword $(1)))\n"), ("1.w", ""), ("2.w", ""), ("d1/x.w", "")], times: &[], env: &[], runs: &[
        run(&[], "bbnbnb a.o b.o d/e.o a.o b.o d/e.o xay xby xd/ey\na b b a.c x y\na b c b b c 3 a b\na/ ./ / b c x .b .i a c d.e/f g/h\np/a p/b a.s b.s a1 b2 3 1.w 2.w d1/x.w\nb c x b  <1> <2> <3>\n[1-2-] file environment undefined default automatic recursive [$(1)-$(2)-$(3)]\na b ROOT/y 1\n. all a+b ,  3 2 1\n", "", 0),
    ] },
    Case { name: "files-times", files: &[("Makefile", "all: out\nout: in\n\t@echo make $@; cp in out\n"), ("in", "x"), ("out", "y")], times: &[("out", 1000), ("in", 2000)], env: &[], runs: &[
        run(&[], "make out\n", "", 0),
        run(&[], "make: Nothing to be done for 'all'.\n", "", 0),
    ] },
    Case { name: "uptodate", files: &[("Makefile", "out: in\n\tcp in out\n"), ("in", "x"), ("out", "y")], times: &[("out", 2000), ("in", 1000)], env: &[], runs: &[
        run(&[], "make: 'out' is up to date.\n", "", 0),
    ] },
    Case { name: "force", files: &[("Makefile", "out: FORCE\n\t@echo made\nFORCE:\n"), ("out", "")], times: &[], env: &[], runs: &[
        run(&[], "made\n", "", 0),
    ] },
    Case { name: "keep", files: &[("Makefile", "all: x y z\nx:\n\tfalse\ny:\n\t@echo y\nz: x\n\t@echo z\n")], times: &[], env: &[], runs: &[
        run(&["-k"], "false\ny\n", "make: *** [Makefile:3: x] Error 1\nmake: Target 'all' not remade because of errors.\n", 2),
        run(&[], "false\n", "make: *** [Makefile:3: x] Error 1\n", 2),
    ] },
    Case { name: "deldel", files: &[("Makefile", ".DELETE_ON_ERROR:\na:\n\techo x > a; false\n")], times: &[], env: &[], runs: &[
        run(&[], "echo x > a; false\n", "make: *** [Makefile:3: a] Error 1\nmake: *** Deleting file 'a'\n", 2),
    ] },
    Case { name: "oneshell", files: &[("Makefile", ".ONESHELL:\nall:\n\t@x=1\n\techo $$x\n")], times: &[], env: &[], runs: &[
        run(&[], "1\n", "", 0),
    ] },
    Case { name: "silent", files: &[("Makefile", ".SILENT:\nall:\n\techo quiet\n")], times: &[], env: &[], runs: &[
        run(&[], "quiet\n", "", 0),
    ] },
    Case { name: "ignoreall", files: &[("Makefile", ".IGNORE:\nall:\n\tfalse\n\techo on\n")], times: &[], env: &[], runs: &[
        run(&[], "false\necho on\non\n", "make: [Makefile:3: all] Error 1 (ignored)\n", 0),
    ] },
    Case { name: "export", files: &[("Makefile", "export A = 1\nB = 2\nC = 3\nexport C\nall:\n\t@echo $$A $$B $$C $$D $$E\nE = changed\n")], times: &[], env: &[("E", "env")], runs: &[
        run(&[], "1 3 changed\n", "", 0),
        run(&["D=4"], "1 3 4 changed\n", "", 0),
    ] },
    Case { name: "exportall", files: &[("Makefile", "export\nB = 2\nall:\n\t@echo $$B\n")], times: &[], env: &[], runs: &[
        run(&[], "2\n", "", 0),
    ] },
    Case { name: "unexport", files: &[("Makefile", "unexport E\nall:\n\t@echo [$$E]\n")], times: &[], env: &[("E", "env")], runs: &[
        run(&[], "[]\n", "", 0),
    ] },
    Case { name: "override", files: &[("Makefile", "override X = mk\noverride Y += more\nall:\n\t@echo $(X) $(Y)\n")], times: &[], env: &[], runs: &[
        run(&[], "mk more\n", "", 0),
        run(&["X=cmd", "Y=cmd"], "mk cmd more\n", "", 0),
    ] },
    Case { name: "lines", files: &[("Makefile", "X = a \\\n  b \\\n  c\nall:\n\t@echo '$(X)' \\\n\t  next \\\n  third\n\t@echo \"a\\\n\tb\"\n")], times: &[], env: &[], runs: &[
        run(&[], "a b c next third\nab\n", "", 0),
        run(&["-n"], "echo 'a b c' \\\n  next \\\n  third\necho \"a\\\nb\"\n", "", 0),
    ] },
    Case { name: "multi", files: &[("Makefile", "a b c: d\n\t@echo $@\nall: a b c\nd:;@:\n")], times: &[], env: &[], runs: &[
        run(&["all"], "a\nb\nc\n", "", 0),
    ] },
    Case { name: "goalvar", files: &[("Makefile", ".DEFAULT_GOAL = b\na:;@echo a\nb:;@echo b $(MAKECMDGOALS)\n")], times: &[], env: &[], runs: &[
        run(&[], "b\n", "", 0),
        run(&["a", "b"], "a\nb a b\n", "", 0),
    ] },
    Case { name: "chain", files: &[("Makefile", "all: a.z\n%.z: %.y\n\tcp $< $@\n%.y: %.x\n\tcp $< $@\n"), ("a.x", "1")], times: &[], env: &[], runs: &[
        run(&[], "cp a.x a.y\ncp a.y a.z\nrm a.y\n", "", 0),
        run(&[], "make: Nothing to be done for 'all'.\n", "", 0),
    ] },
    Case { name: "vpath", files: &[("Makefile", "VPATH = src\nall: a.o\n%.o: %.c\n\t@echo $< $@\n"), ("src/a.c", "")], times: &[], env: &[], runs: &[
        run(&[], "src/a.c a.o\n", "", 0),
    ] },
    Case { name: "vpath2", files: &[("Makefile", "vpath %.c src lib\nall: a.o b.o\n%.o: %.c\n\t@echo $< $@\n"), ("src/a.c", ""), ("lib/b.c", "")], times: &[], env: &[], runs: &[
        run(&[], "src/a.c a.o\nlib/b.c b.o\n", "", 0),
    ] },
    Case { name: "builtin", files: &[("Makefile", "all: a.o\n"), ("a.c", "")], times: &[], env: &[], runs: &[
        run(&["-n"], "cc    -c -o a.o a.c\n", "", 0),
        run(&["-n", "CC=gcc", "CFLAGS=-O2"], "gcc -O2   -c -o a.o a.c\n", "", 0),
        run(&["-r", "-n"], "", "make: *** No rule to make target 'a.o', needed by 'all'.  Stop.\n", 2),
    ] },
    Case { name: "builtin2", files: &[("Makefile", ""), ("prog.c", ""), ("x.sh", "echo hi\n")], times: &[], env: &[], runs: &[
        run(&["-n", "prog"], "cc     prog.c   -o prog\n", "", 0),
        run(&["x"], "cat x.sh >x \nchmod a+x x\n", "", 0),
    ] },
    Case { name: "second", files: &[("Makefile", ".SECONDEXPANSION:\nx_SRC = a b\nx: $$($$@_SRC)\n\t@echo $^\na b:;@:\n")], times: &[], env: &[], runs: &[
        run(&[], "a b\n", "", 0),
    ] },
    Case { name: "group", files: &[("Makefile", "a b &: c\n\t@echo $@; touch a b\nall: a b\nc:;@touch c\n")], times: &[], env: &[], runs: &[
        run(&["all"], "a\n", "", 0),
    ] },
    Case { name: "comments", files: &[("Makefile", "# c\nX = a\\#b # trail\nall: # nothing\n\t# in recipe\n\t@echo '$(X)|'\n")], times: &[], env: &[], runs: &[
        run(&[], "# in recipe\na#b |\n", "", 0),
    ] },
    Case { name: "spaces", files: &[("Makefile", "X   =   v  \nall :  dep \n\t@echo '$(X)|'\ndep :\n\n\t@echo dep\n")], times: &[], env: &[], runs: &[
        run(&[], "dep\nv  |\n", "", 0),
    ] },
    Case { name: "dollar", files: &[("Makefile", "all:\n\t@echo $$HOME '$$' \"$$(echo x)\" $(X)y\n")], times: &[], env: &[("HOME", "/h")], runs: &[
        run(&[], "/h $ x y\n", "", 0),
    ] },
    Case { name: "undef", files: &[("Makefile", "X=1\nundefine X\nall:\n\t@echo [$(X)] $(origin X)\n")], times: &[], env: &[], runs: &[
        run(&[], "[] undefined\n", "", 0),
    ] },
    Case { name: "stem", files: &[("Makefile", "all: dir/a.o\n%.o: %.c\n\t@echo $* $< $(@D) $(@F) $(<F)\n"), ("dir/a.c", "")], times: &[], env: &[], runs: &[
        run(&[], "dir/a dir/a.c dir a.o a.c\n", "", 0),
    ] },
    Case { name: "libs", files: &[("Makefile", "lib%.a: %.c\n\t@echo $@ $* $<\n"), ("foo.c", "")], times: &[], env: &[], runs: &[
        run(&["libfoo.a"], "libfoo.a foo foo.c\n", "", 0),
    ] },
    Case { name: "anything", files: &[("Makefile", "%:\n\t@echo any $@\n")], times: &[], env: &[], runs: &[
        run(&["foo", "bar"], "any foo\nany bar\n", "", 0),
    ] },
    Case { name: "terminal", files: &[("Makefile", "%.o:: %.c\n\t@echo $<\nall: a.o\n"), ("a.c", "")], times: &[], env: &[], runs: &[
        run(&["all"], "a.c\n", "", 0),
    ] },
    Case { name: "cancel", files: &[("Makefile", "%.o: %.c\n\t@echo mine\n%.o: %.c\nall: a.o\n"), ("a.c", "")], times: &[], env: &[], runs: &[
        run(&["all"], "", "make: *** No rule to make target 'a.o', needed by 'all'.  Stop.\n", 2),
    ] },
    Case { name: "evalstr", files: &[("Makefile", "all:\n\t@echo $(A)\n")], times: &[], env: &[], runs: &[
        run(&["--eval=A=ev"], "ev\n", "", 0),
    ] },
    Case { name: "dirC", files: &[("Makefile", "all:\n\t@echo $(CURDIR)\n"), ("sub/Makefile", "all:\n\t@echo sub $(CURDIR)\n")], times: &[], env: &[], runs: &[
        run(&["-C", "sub"], "make: Entering directory 'ROOT/sub'\nsub ROOT/sub\nmake: Leaving directory 'ROOT/sub'\n", "", 0),
        run(&["-C", "sub", "--no-print-directory"], "sub ROOT/sub\n", "", 0),
        run(&["-w"], "make: Entering directory 'ROOT'\nROOT\nmake: Leaving directory 'ROOT'\n", "", 0),
    ] },
    Case { name: "emptyrecipe", files: &[("Makefile", "all: x\nx: ;\n")], times: &[], env: &[], runs: &[
        run(&[], "make: Nothing to be done for 'all'.\n", "", 0),
        run(&["x"], "make: 'x' is up to date.\n", "", 0),
    ] },
    Case { name: "notarget", files: &[("Makefile", "X=1\n")], times: &[], env: &[], runs: &[
        run(&[], "", "make: *** No targets.  Stop.\n", 2),
    ] },
    Case { name: "nomk", files: &[("Makefile", "")], times: &[], env: &[], runs: &[
        run(&["-f", "/dev/null"], "", "make: *** No targets.  Stop.\n", 2),
    ] },
    Case { name: "dots", files: &[("Makefile", "all: ./a\na:\n\t@echo $@\n")], times: &[], env: &[], runs: &[
        run(&[], "a\n", "", 0),
        run(&["./a"], "a\n", "", 0),
    ] },
    Case { name: "question", files: &[("Makefile", "all: a\na:\n\ttouch a\n")], times: &[], env: &[], runs: &[
        run(&["-q"], "", "", 1),
        run(&[], "touch a\n", "", 0),
        run(&["-q"], "", "", 0),
    ] },
    Case { name: "filefn", files: &[("Makefile", "$(file >out.txt,hello)\n$(file >>out.txt,more)\nall:\n\t@cat out.txt; echo '$(file <out.txt)'\n")], times: &[], env: &[], runs: &[
        run(&[], "", "/bin/sh: 1: Syntax error: Unterminated quoted string\nmake: *** [Makefile:4: all] Error 2\n", 2),
    ] },
    Case { name: "cmdgoal-fail", files: &[("Makefile", "a:;@echo a\nb:;@false\nc:;@echo c\n")], times: &[], env: &[], runs: &[
        run(&["a", "b", "c"], "a\n", "make: *** [Makefile:2: b] Error 1\n", 2),
        run(&["-k", "a", "b", "c"], "a\nc\n", "make: *** [Makefile:2: b] Error 1\n", 2),
    ] },
    Case { name: "shellflags", files: &[("Makefile", ".SHELLFLAGS = -ec\nall:\n\t@false; echo no\n")], times: &[], env: &[], runs: &[
        run(&[], "", "make: *** [Makefile:3: all] Error 1\n", 2),
    ] },
    Case { name: "plusn", files: &[("Makefile", "all:\n\t+echo always\n\techo no\n")], times: &[], env: &[], runs: &[
        run(&["-n"], "echo always\nalways\necho no\n", "", 0),
    ] },
    Case { name: "wild", files: &[("Makefile", "all: *.t\n\t@echo $^\n"), ("b.t", ""), ("a.t", "")], times: &[], env: &[], runs: &[
        run(&[], "a.t b.t\n", "", 0),
    ] },
    Case { name: "ifrecipe", files: &[("Makefile", "all:\n\t@echo a\nifeq (1,1)\n\t@echo b\nelse\n\t@echo c\nendif\n")], times: &[], env: &[], runs: &[
        run(&[], "a\nb\n", "", 0),
    ] },
    Case { name: "emptyline", files: &[("Makefile", "define nl\n\n\nendef\nall:\n\t@echo a$(nl)\t@echo b\n")], times: &[], env: &[], runs: &[
        run(&[], "a\nb\n", "", 0),
    ] },
    Case { name: "dbase", files: &[("Makefile", "X:=1\nall:;@echo $(X)\n")], times: &[], env: &[], runs: &[
        run(&["-s"], "1\n", "", 0),
    ] },
    Case { name: "notparallel", files: &[("Makefile", ".NOTPARALLEL:\nall: a b\na b:;@echo $@\n")], times: &[], env: &[], runs: &[
        run(&["-j4"], "a\nb\n", "", 0),
    ] },
    Case { name: "precious", files: &[("Makefile", "all: a.z\n%.z: %.y\n\tcp $< $@\n%.y: %.x\n\tcp $< $@\n.PRECIOUS: %.y\n"), ("a.x", "1")], times: &[], env: &[], runs: &[
        run(&[], "cp a.x a.y\ncp a.y a.z\n", "", 0),
    ] },
    Case { name: "secondary", files: &[("Makefile", "all: a.z\n%.z: %.y\n\tcp $< $@\n%.y: %.x\n\tcp $< $@\n.SECONDARY:\n"), ("a.x", "1")], times: &[], env: &[], runs: &[
        run(&[], "cp a.x a.y\ncp a.y a.z\n", "", 0),
    ] },
    Case { name: "mf", files: &[("Makefile", "all:\n\t@echo '$(MAKEFLAGS)' '$(MFLAGS)'\n")], times: &[], env: &[], runs: &[
        run(&["-ks", "X=1"], "ks -- X=1 -ks\n", "", 0),
        run(&["-n"], "echo 'n' '-n'\n", "", 0),
        run(&[], " \n", "", 0),
    ] },
];
