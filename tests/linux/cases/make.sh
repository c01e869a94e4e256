# A project without a compiler: 60 files are made from each other, four at a time.
mkdir -p src; for i in $(seq 60); do echo "item $i" >src/$i.in; done
cat >Makefile <<'M'
parts := $(patsubst src/%.in,build/%.out,$(wildcard src/*.in))
all: build/all.txt
build: ; @mkdir -p build
build/%.out: src/%.in | build
	@sed 's/item/made/' $< >$@.tmp && sort $@.tmp | tr a-z A-Z >$@ && rm $@.tmp
build/all.txt: $(parts)
	@cat $(sort $^) | sort >$@; echo linked
clean: ; rm -rf build
fail: ; @echo failing; exit 3
.PHONY: all clean fail
M
make -j4; wc -l build/all.txt; md5sum <build/all.txt; make -j4; touch src/7.in; make -j4; make -n clean; make -k fail; echo $?; make clean; ls
echo 'x = $(shell seq 3)' >m2; echo 'all: ; @echo $(x) $(MAKELEVEL); $(MAKE) -f m2 sub' >>m2; echo 'sub: ; @echo sub $(MAKELEVEL)' >>m2; make --no-print-directory -f m2 -j2
