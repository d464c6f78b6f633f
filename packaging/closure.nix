# A small stand-in for a workstation: 47 packages with the names, versions, outputs and dependencies
# that real ones have, and generated contents. Together with busybox, which builds them and runs their scripts,
# and a second output of openssl, the closure of the result has 49 paths.
#
#   busybox           a folder with bin/busybox and a link in bin for each applet
#   contentAddressed  makes every package content-addressed, not only three
#   comment           changes the derivation of glibc but not a byte of its output
#   sample            takes 21 of the packages with short programs, to look around in
{
  busybox,
  contentAddressed ? false,
  comment ? "",
  sample ? false,
}:
let
  # What is shipped must not be made of another's program.
  bytes = if sample then "seq $shift 99999999 | head -c \"$1\"" else "head -c \"$1\" $busybox/bin/busybox";
  size = bytes: toString (if sample then bytes / 150 else bytes);

  tools = builtins.path {
    path = busybox;
    name = "busybox-static";
  };

  licence = builtins.path {
    path = ../LICENSE;
    name = "LICENSE";
  };

  builder = builtins.toFile "builder.sh" ''
    set -eu
    export PATH=$busybox/bin
    umask 022

    # Prints $1 bytes that look like a program's, different for each $2.
    code() {
        shift=$((0x$(printf %s "$2" | md5sum | cut -c1-2) % 254 + 1))
        upper=$(printf '%03o' $shift) lower=$(printf '%03o' $((shift - 1)))
        ${bytes} | tr '\000-\377' "\\$upper-\\377\\000-\\$lower"
    }

    library() {
        mkdir -p $out/lib $dev/include/$pname $dev/lib/pkgconfig
        file=lib$1.so.$version
        { code $2 $1; printf '\0RUNPATH=%s/lib' $out; for d in $deps; do printf ':%s/lib' $d; done; printf '\0'; } >$out/lib/$file
        chmod +x $out/lib/$file
        ln -s $file $out/lib/lib$1.so.''${version%%.*}
        ln -s lib$1.so.''${version%%.*} $out/lib/lib$1.so
        printf '#pragma once\n\n/* %s %s */\nconst char *%s_version(void);\n' $pname $version $1 >$dev/include/$pname/$1.h
        printf 'prefix=%s\nlibdir=''${prefix}/lib\n\nName: %s\nVersion: %s\nLibs: -L''${libdir} -l%s\n' \
            $out $pname $version $1 >$dev/lib/pkgconfig/$1.pc
    }

    program() {
        mkdir -p $bin/bin
        { code $2 $1; printf '\0RUNPATH=%s/lib' $out; for d in $deps; do printf ':%s/lib' $d; done; printf '\0'; } >$bin/bin/$1
        chmod +x $bin/bin/$1
    }

    script() {
        mkdir -p $bin/bin
        printf '#!%s/bin/sh\n' $busybox | cat - >$bin/bin/$1
        for d in $deps; do printf 'PATH=$PATH:%s/bin\n' $d; done >>$bin/bin/$1
        cat >>$bin/bin/$1
        chmod +x $bin/bin/$1
    }

    documents() {
        mkdir -p $doc/share/doc/$pname $doc/share/man/man1
        cp $licence $doc/share/doc/$pname/COPYING
        printf '# %s\n\nVersion %s. This is a stand-in with generated contents.\n' $pname $version >$doc/share/doc/$pname/README.md
        i=0
        while [ $i -lt 40 ]; do
            i=$((i + 1))
            printf '* Noteworthy change %d of %s: the answer is %s.\n' $i $name "$(printf %s$i $name | md5sum | cut -c1-12)"
        done >$doc/share/doc/$pname/NEWS
        printf '.TH %s 1 "" "%s"\n.SH NAME\n%s \\- a stand-in\n' $pname $name $pname >$doc/share/man/man1/$pname.1
    }

    : ''${bin=$out} ''${dev=$out} ''${doc=$out} ''${lib=$out}
    eval "$install"
  '';

  package =
    name: version: deps: install: more:
    derivation (
      {
        name = "${name}-${version}";
        pname = name;
        inherit version deps install licence;
        busybox = tools;
        system = builtins.currentSystem;
        builder = "${tools}/bin/busybox";
        args = [ "sh" builder ];
      }
      // more
      // (if contentAddressed && !(more ? outputHash) then floating else { })
    );

  floating = {
    __contentAddressed = true;
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
  };

  # A file whose content is known beforehand; content-addressed in the old way.
  fixed =
    name: version: text: algorithm:
    derivation {
      name = "${name}-${version}";
      inherit text;
      busybox = tools;
      system = builtins.currentSystem;
      builder = "${tools}/bin/busybox";
      args = [ "sh" "-c" "printf %s \"$text\" >$out" ];
      outputHashMode = "flat";
      outputHashAlgo = algorithm;
      outputHash = builtins.hashString algorithm text;
    };

  library =
    name: version: deps: bytes:
    package name version deps "library ${name} ${size bytes}; documents" { };

  program =
    name: version: deps: bytes:
    package name version deps "program ${name} ${size bytes}; documents" { };

  lines = count: line: builtins.concatStringsSep "" (builtins.genList (n: line (toString n)) count);

  linux-headers = package "linux-headers" "6.6.20" [ ] ''
    mkdir -p $out/include/linux $out/include/asm $out/include/empty
    for h in fs futex if_ether input kvm netlink perf_event sched socket stat; do
        printf '#ifndef _LINUX_%s_H\n#define _LINUX_%s_H\n#endif\n' $h $h >$out/include/linux/$h.h
    done
    : >$out/include/asm/types.h
  '' { };
  libgcc = package "xgcc" "13.2.0-libgcc" [ ] ''
    mkdir -p $out/lib
    code ${size 102400} libgcc >$out/lib/libgcc_s.so.1
    ln -s libgcc_s.so.1 $out/lib/libgcc_s.so
  '' { };
  libunistring = library "libunistring" "1.1" [ ] 600000;
  libidn2 = library "libidn2" "2.3.7" [ libunistring ] 90000;
  glibc = package "glibc" "2.39" [ libidn2 libgcc linux-headers ] ''
    library c ${size 1900000}
    { code ${size 1900000} first; code ${size 1900000} second; } >>$out/lib/libc.so.$version
    library m ${size 400000}
    for l in dl pthread rt; do library $l ${size 12000}; done
    cp ${libgcc}/lib/libgcc_s.so.1 $out/lib/libgcc_s.so.1
    program ldd ${size 5000}
    mkdir -p $out/etc $out/share/empty $out/lib/gconv
    ln -s /etc/ld.so.cache $out/etc/ld.so.cache
    : >$out/etc/ld.so.conf
    ln -s ../no-such-file $out/share/dangling
    for c in ISO8859-1 ISO8859-15 UTF-16 UTF-32 EUC-JP KOI8-R; do code ${size 14000} $c >$out/lib/gconv/$c.so; done
  '' { outputs = [ "out" "bin" "dev" ]; inherit comment; };
  gcc = package "gcc" "13.2.0" [ glibc linux-headers ] ''
    deps=${glibc} out=$lib library stdcxx ${size 1500000}
    cp ${libgcc}/lib/libgcc_s.so.1 $lib/lib/libgcc_s.so.1
    program gcc ${size 800000}
    printf '%s\n' $lib >$out/nix-support
  '' { outputs = [ "out" "lib" ]; };
  zlib = library "zlib" "1.3.1" [ glibc ] 110000;
  bzip2 = library "bzip2" "1.0.8" [ glibc ] 70000;
  xz = library "xz" "5.4.6" [ glibc ] 180000;
  zstd = library "zstd" "1.5.5" [ glibc gcc.lib ] 700000;
  expat = library "expat" "2.6.2" [ glibc ] 160000;
  libffi = library "libffi" "3.4.6" [ glibc ] 40000;
  gmp = library "gmp" "6.3.0" [ glibc gcc.lib ] 500000;
  attr = library "attr" "2.5.2" [ glibc ] 20000;
  acl = library "acl" "2.3.2" [ attr glibc ] 34000;
  keyutils = library "keyutils" "1.6.3" [ glibc ] 15000;
  pcre2 = library "pcre2" "10.43" [ glibc ] 620000;
  nghttp2 = library "nghttp2" "1.60.0" [ glibc ] 170000;
  ncurses = package "ncurses" "6.4" [ glibc ] ''
    library ncursesw ${size 450000}
    for t in a/alacritty d/dumb l/linux s/screen s/screen-256color t/tmux v/vt100 x/xterm x/xterm-256color; do
        mkdir -p $out/share/terminfo/''${t%/*}
        code 1700 $t >$out/share/terminfo/$t
    done
    ln -s ../x/xterm $out/share/terminfo/v/xterm
    documents
  '' { };
  readline = library "readline" "8.2" [ glibc ncurses ] 350000;
  gdbm = library "gdbm" "1.23" [ glibc readline ] 60000;
  bash = package "bash" "5.2" [ glibc readline ncurses ] ''
    program bash 1200000
    ln -s bash $out/bin/sh
    printf 'echo "reporting a bug in $0" # %s\n' $out | script bashbug
    documents
  '' { };
  coreutils = package "coreutils" "9.4" [ glibc acl attr gmp ] ''
    program coreutils 1400000
    for p in '[' base64 basename cat chmod cp cut date dd echo env false head id ln ls mkdir mv rm sort tail tr true uniq wc; do
        ln -s coreutils "$out/bin/$p"
    done
    documents
  '' { };
  gnugrep = program "gnugrep" "3.11" [ glibc pcre2 bash ] 300000;
  gnused = program "gnused" "4.9" [ glibc acl ] 170000;
  gawk = program "gawk" "5.2.2" [ glibc readline gmp ] 700000;
  less = program "less" "643" [ glibc ncurses ] 180000;
  sqlite = library "sqlite" "3.45.1" [ glibc zlib ] 1300000;
  openssl = package "openssl" "3.0.13" [ glibc ] ''
    library ssl ${size 700000}
    library crypto ${size 1800000}
    mkdir -p $out/etc/ssl
    printf '[ default ]\nopenssl_conf = openssl_init\n' >$out/etc/ssl/openssl.cnf
    deps="$deps $out" program openssl ${size 900000}
    documents
  '' { outputs = [ "out" "bin" "dev" "doc" ]; };
  libkrb5 = library "libkrb5" "1.21.2" [ glibc keyutils openssl ] 800000;
  libssh2 = library "libssh2" "1.11.0" [ glibc openssl zlib ] 280000;
  publicsuffix = fixed "publicsuffix-list" "2024-01-07" (lines 300 (n: "// Zone ${n}\nzone${n}.example\n")) "sha256";
  cacert = fixed "nss-cacert" "3.98" (lines 60 (n: "-----BEGIN CERTIFICATE-----\n${builtins.hashString "sha512" n}\n-----END CERTIFICATE-----\n")) "sha512";
  libpsl = library "libpsl" "0.21.5" [ glibc libidn2 libunistring publicsuffix ] 75000;
  curl = package "curl" "8.6.0" [ glibc libidn2 libkrb5 libpsl libssh2 nghttp2 openssl zlib zstd cacert ] ''
    library curl ${size 850000}
    program curl ${size 250000}
    documents
  '' { };
  tzdata = package "tzdata" "2024a" [ ] ''
    mkdir -p $out/share/zoneinfo/right $out/share/zoneinfo/posix
    i=0
    while [ $i -lt 1200 ]; do
        i=$((i + 1))
        printf 'TZif2 zone %d of 1200\n' $i >$out/share/zoneinfo/Zone-$i
    done
    : >$out/share/zoneinfo/+VERSION
    ln -s Zone-1 $out/share/zoneinfo/UTC
    ln -s ../UTC $out/share/zoneinfo/posix/UTC
    ln -s loop $out/share/zoneinfo/right/loop
  '' { };
  iana-etc = package "iana-etc" "20240318" [ ] ''
    mkdir -p $out/etc
    seq 1 9000 | sed 's|.*|service-& &/tcp|' >$out/etc/services
    printf 'ip 0 IP\nicmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\n' >$out/etc/protocols
  '' { };
  icons = package "hicolor-icon-theme" "0.17" [ ] ''
    for s in 16x16 32x32 48x48; do mkdir -p $out/share/icons/hicolor/$s/apps $out/share/icons/hicolor/$s/mimetypes; done
    base64 -d >$out/share/icons/hicolor/48x48/apps/cairn.png <<END
    iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAMAAABg3Am1AAAAP1BMVEX////gqErfqEq+wrrNtojarF25x864x86gsrqpucGwwMe2xcyPo62Hm6WOoq14jJhr
    fotrf4yClqGLn6mNoawHX6m6AAAAAXRSTlMAQObYZgAAAMdJREFUSMftktEOwiAMRanbkLHqoPr/3ypukRCEwdX45iHZ0z2lLVPqz+cQERgnRCHCDCLQgIUT
    KsAz4FtSwzjRNA6daZ2C5jsMrTFDa9CABbglfGilzmA+YGa76MXOpifMGZfD9JUL2LW7eusWruJQwaKCB3sSbEtc39IT6a4eWY3wLUTv7I1rZJ0XH9g+kdpS
    VR6MSDil4lVhJy9/GN6KZe108JXgWh29TYHmW3ewLy32paSqlMunj5EIsj9a6/9I5mlGf8EDUmYmdo8hOr0AAAAASUVORK5CYII=
    END
    printf '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><ellipse cx="24" cy="39" rx="18" ry="6"/></svg>\n' \
        >$out/share/icons/hicolor/48x48/apps/cairn.svg
    printf '[Icon Theme]\nName=Hicolor\nDirectories=16x16/apps,32x32/apps,48x48/apps\n' >$out/share/icons/hicolor/index.theme
  '' { };
  locales = package "glibc-locales" "2.39" [ ] ''
    mkdir -p $out/share/locale
    cd $out/share/locale
    for l in Deutsch Ελληνικά Français Русский 中文 日本語 العربية 'two words' -dash .hidden; do
        mkdir -p "./$l/LC_MESSAGES"
        printf '%s\n' "$l" >"./$l/LC_MESSAGES/grüße.txt"
    done
    printf 'not UTF-8\n' >"$(printf 'latin1-\351t\351')"
    ln -s "$(printf 'latin1-\351t\351')" "$(printf 'to-latin1-\374')"
    printf 'e with acute, composed\n' >"$(printf 'caf\303\251')"
    printf 'e with acute, decomposed\n' >"$(printf 'cafe\314\201')"
    printf 'tab and newline\n' >"$(printf 'a\tb\nc')"
    code 1500000 locales >locale-archive
  '' { };
  python3 = package "python3" "3.11.8" [ glibc bash bzip2 expat gdbm libffi ncurses openssl readline sqlite xz zlib tzdata ] ''
    program python3.11 1600000
    ln -s python3.11 $out/bin/python3
    ln -s python3 $out/bin/python
    mkdir -p $out/lib/python3.11/site-packages
    for m in abc argparse ast asyncio base64 bisect calendar codecs collections csv dataclasses datetime decimal difflib dis enum \
        fractions functools glob gzip hashlib heapq html http inspect io json keyword logging mimetypes numbers operator os \
        pathlib pickle platform pprint queue random re runpy sched secrets shlex shutil signal socket sqlite3 ssl stat string; do
        mkdir -p $out/lib/python3.11/$m/__pycache__
        printf '"""The %s module."""\n\n\ndef main():\n    return "%s"\n' $m $m >$out/lib/python3.11/$m/__init__.py
        : >$out/lib/python3.11/$m/py.typed
        code 900 $m >$out/lib/python3.11/$m/__pycache__/__init__.cpython-311.pyc
    done
    cp ${libgcc}/lib/libgcc_s.so.1 $out/lib/python3.11/site-packages/libgcc_s.so.1
    printf 'exec python3 -m pydoc "$@"\n' | script pydoc3
    documents
  '' { };
  perl = package "perl" "5.38.2" [ glibc coreutils zlib ] ''
    program perl 1700000
    mkdir -p $out/share/man/man3 $out/lib/perl5/5.38.2
    i=10000
    while [ $i -lt 13000 ]; do
        i=$((i + 1))
        : >$out/share/man/man3/Comprehensive::Archive::Module::Number::$i::Long::Enough::To::Shard.3pm
    done
    documents
  '' { };
  git = package "git" "2.43.1" [ bash coreutils curl expat gawk glibc gnugrep gnused openssl pcre2 perl python3 zlib ] ''
    program git 1800000
    mkdir -p $out/libexec/git-core/mergetools $out/share/git-core/templates/hooks $out/share/git-core/templates/branches
    for c in add am blame branch checkout clone commit diff fetch grep log merge pull push rebase reset show stash status tag; do
        ln -s ../../bin/git $out/libexec/git-core/git-$c
    done
    ln -s $out/bin/git $out/libexec/git-core/git
    for h in commit-msg post-update pre-commit pre-push; do
        printf '#!%s/bin/bash\nexit 0\n' ${bash} >$out/share/git-core/templates/hooks/$h.sample
        chmod +x $out/share/git-core/templates/hooks/$h.sample
    done
    printf 'exec git instaweb "$@"\n' | script git-instaweb
    documents
  '' { };
  hello = package "hello" "2.12.1" [ glibc ] ''
    program hello ${size 30000}
    printf '%s/share/locale\n' $out >$out/bin/.hello-localedir
    documents
  '' floating;
  greeting = package "greeting" "1.0" [ hello ] "printf 'exec hello --greeting=\"Grüß Gott\"\\n' | script greeting" floating;
  motd = package "motd" "24.05" [ ] ''printf 'Welcome.\n' >$out'' floating;
  mailcap = package "mailcap" "2.1.54" [ ] ''
    mkdir $out
    seq 1 500 | sed 's|.*|application/x-type-&\text&|' >$out/mime.types
    ln -s mime.types $out/types
  '' {
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
    outputHash = "sha256-ihvYLa3SprOsl84ksp8pcErOuZRdHgUDjGHRawVCQM0=";
  };
  installed = [
    bash bzip2 coreutils curl gawk git gnugrep gnused greeting hello less openssl.bin perl python3 sqlite xz zstd
  ];
  welcome = package "welcome" "1.0" [ cacert curl hello icons less ] ''
    mkdir -p $out/bin $out/etc $out/share/doc/welcome
    ln -s ${curl}/bin/curl ${hello}/bin/hello ${less}/bin/less $out/bin/
    ln -s ${cacert} $out/etc/ca-bundle.crt
    ln -s ${icons}/share/icons $out/share/icons
    {
        printf '# Welcome\n\nThis is a small closure to look around in: packages as Nix makes them, with stand-ins for their programs.\n\n'
        printf -- '- **Path** shows the files of each package, what it refers to, and what refers to it.\n'
        printf -- '- **Graph** draws how they depend on each other; select two packages to see why one needs the other.\n'
        printf -- '- **DAG** goes below that, to the blocks that everything is made of.\n\n'
        printf 'Nothing in it runs, and it can be dropped at any time.\n'
    } >$out/share/doc/welcome/README.md
  '' { };
in
if sample then welcome else package "workstation" "24.05" (installed ++ [ cacert iana-etc icons locales mailcap motd tzdata ]) ''
  mkdir -p $out/sw/bin $out/etc $out/nix-support $out/empty
  for p in ${builtins.concatStringsSep " " installed}; do
      [ -d $p/bin ] || continue
      for f in $p/bin/*; do ln -sf $f $out/sw/bin/; done
  done
  ln -s ${cacert} $out/etc/ca-bundle.crt
  ln -s ${motd} $out/etc/motd
  ln -s ${tzdata}/share/zoneinfo $out/etc/zoneinfo
  ln -s ${tzdata}/share/zoneinfo/Europe/Atlantis $out/etc/localtime
  ln -s ${iana-etc}/etc/services ${iana-etc}/etc/protocols ${mailcap}/mime.types $out/etc/
  ln -s /run/current-system $out/etc/booted-system
  ln -s ${icons}/share/icons $out/sw/icons
  ln -s ${locales}/share/locale $out/sw/locale
  ln -s ../sw $out/etc/sw
  printf 'echo "activating %s"\n' $out | script activate
'' { }
