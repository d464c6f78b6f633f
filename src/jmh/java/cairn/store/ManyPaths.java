package cairn.store;

import cairn.cid.Bytes;
import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.ipld.Block;
import cairn.nix.NixHash;
import cairn.nix.StorePath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Makes a home as large as that of a binary cache: `ManyPaths HOME COUNT`. Each path refers to
/// about thirteen older ones, mostly popular or recent. All have the same small tree.
final class ManyPaths {
    private static final int BATCH = 20_000;
    private static final int MEAN_REFERENCES = 13;
    private static final Instant START = Instant.parse("2024-05-31T00:00:00Z");
    private static final List<String> SETS =
            List.of(
                    "",
                    "",
                    "",
                    "python3.11-",
                    "perl5.38.2-",
                    "ruby3.1-",
                    "haskell-",
                    "ocaml5.1-",
                    "texlive-",
                    "linux-6.6-");
    private static final List<String> NAMES =
            Stream.of(
                            """
                            acl aeson aiohttp alsa-lib ansible apr asciidoc async atk attr audit autoconf bash bind binutils bison
                            blas boost brotli bzip2 c-ares cairo certifi clang cmake coreutils cryptography curl cython dbus
                            diffutils django docutils doxygen elfutils expat ffmpeg file findutils firefox flac flask flex
                            fontconfig freetype fribidi gawk gcc gdb gdbm gettext ghc git glib glibc gmp gnugrep gnupg gnused
                            gnutls go graphviz groff gst-plugins gtk guile harfbuzz hwdata icu imagemagick iproute2 jansson jinja2
                            jq json-c keyutils kmod lapack lcms lens less libarchive libass libcap libdrm libevent libffi libgcrypt
                            libidn2 libjpeg libpng libpsl libssh2 libtiff libtool libunistring libuv libva libwebp libxcb libxml2
                            libxslt linux-pam llvm lua lxml lz4 mariadb mesa meson mpfr mypy nasm ncurses nettle networkmanager
                            nghttp2 ninja nodejs nspr nss numpy openblas opencv openldap openmpi openssh openssl pandas pango
                            parsec patch pcre2 perl pillow pixman poppler postgresql procps protobuf pulseaudio pytest python3 qemu
                            qtbase qtdeclarative readline redis requests ruby rustc samba scipy sdl2 serde setuptools shadow
                            speex sphinx sqlalchemy sqlite sudo swig systemd tar tcl text tokio tzdata unzip urllib3 util-linux
                            valgrind vector vim vulkan-loader wayland webkitgtk wget xz yaml zeromq zip zlib zstd zsh\
                            """
                                    .split("\\s+"))
                    .toList();
    private static final List<String> OUTPUTS =
            List.of("", "", "", "", "", "-lib", "-dev", "-doc", "-bin", ".drv");

    private final Random random = new Random(20240531);

    private ManyPaths() {}

    public static void main(String... arguments) throws IOException {
        new ManyPaths().make(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    }

    private void make(Path home, int count) throws IOException {
        var paths = new StorePath[count];
        var cids = new Cid[count];
        var leaf = Block.of(Codec.RAW, Bytes.utf8("the same everywhere\n"));
        try (var store = Store.open(home);
                var writer = store.writer()) {
            writer.put(leaf);
            for (int start = 0; start < count; start += BATCH) {
                var batch = new ArrayList<StoredPath>();
                for (int i = start; i < Math.min(count, start + BATCH); i++) {
                    paths[i] = StorePath.of(bytes(20), name());
                    var references =
                            references(i).stream()
                                    .sorted(Comparator.comparing(reference -> paths[reference]))
                                    .toList();
                    var node =
                            new PathNode(
                                            paths[i],
                                            NixHash.sha256(bytes(32)),
                                            (long) (Math.exp(9 + 2.5 * random.nextGaussian()))
                                                            / 8
                                                            * 8
                                                    + 120,
                                            leaf.cid(),
                                            references.stream()
                                                    .map(reference -> cids[reference])
                                                    .toList(),
                                            false)
                                    .toBlock();
                    cids[i] = node.cid();
                    writer.put(node);
                    batch.add(
                            stored(
                                    PathNode.decode(node.bytes()),
                                    node.cid(),
                                    references.stream().map(r -> paths[r]).toList(),
                                    i));
                }
                writer.commit(transaction -> {
                    for (StoredPath path : batch) {
                        transaction.register(path);
                    }
                    return batch.size();
                });
            }
        }
    }

    private StoredPath stored(PathNode node, Cid cid, List<StorePath> references, int number) {
        String signature =
                "cache.example.org-1:"
                        + Base64.getEncoder().encodeToString(bytes(64).toByteArray());
        var info =
                new PathInfo(
                        node.path(),
                        node.narHash(),
                        node.narSize(),
                        references,
                        Optional.empty(),
                        random.nextInt(10) == 0 ? List.of() : List.of(signature),
                        Optional.empty());
        return new StoredPath(info, cid, node.tree(), START.plusSeconds(number));
    }

    /// Numbers of older paths: half of them among the popular first thousand, half among the last.
    private TreeSet<Integer> references(int before) {
        var chosen = new TreeSet<Integer>();
        int wanted =
                Math.min(before / 2, (int) (-MEAN_REFERENCES * Math.log(1 - random.nextDouble())));
        for (int i = 0; i < wanted; i++) {
            double near = random.nextDouble();
            chosen.add(
                    random.nextBoolean()
                            ? (int) (Math.min(before, 1000) * near * near)
                            : before - 1 - (int) (Math.min(before - 1, 5000) * near * near));
        }
        return chosen;
    }

    private String name() {
        return "%s%s-%d.%d.%d%s"
                .formatted(
                        pick(SETS),
                        pick(NAMES),
                        random.nextInt(4),
                        random.nextInt(30),
                        random.nextInt(10),
                        pick(OUTPUTS));
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    private Bytes bytes(int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }
}
