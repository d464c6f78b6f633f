package cairn.nix;

import cairn.cid.ByteReader;
import cairn.cid.ByteWriter;
import cairn.cid.Bytes;
import cairn.cid.FormatException;
import cairn.nix.ContentAddress.Method;
import cairn.nix.Derivation.Output;
import cairn.nix.NixHash.Algorithm;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Reads and writes the text of derivations.
final class DerivationText {
    private static final String FORMAT = "derivation";
    private static final Bytes START = Bytes.utf8("Derive(");
    private static final String IMPURE = "impure";

    private final ByteReader in;

    /// The store of all paths; empty before the first.
    private String folder = "";

    private DerivationText(Bytes bytes) {
        in = new ByteReader(FORMAT, bytes);
    }

    static Derivation decode(Bytes bytes) throws FormatException {
        return new DerivationText(bytes).derivation();
    }

    static Bytes encode(Derivation derivation) {
        var inputs = new TreeMap<String, SortedSet<String>>();
        derivation
                .inputDerivations()
                .forEach((path, outputs) -> inputs.put(path.toString(), outputs));
        return encode(derivation, inputs, false);
    }

    /// The text from which hashes are computed.
    ///
    /// @param inputs the names of outputs by what stands for their derivation
    /// @param masked leaves out the paths of the outputs, which are what is being computed
    static Bytes encode(
            Derivation derivation, SortedMap<String, SortedSet<String>> inputs, boolean masked) {
        var out = new ByteWriter(4096);
        out.bytes(START);
        list(
                out,
                derivation.outputs().entrySet(),
                output -> output(out, output.getKey(), output.getValue(), masked));
        out.u8(',');
        list(
                out,
                inputs.entrySet(),
                input -> {
                    out.u8('(');
                    plain(out, Bytes.utf8(input.getKey()));
                    out.u8(',');
                    list(out, input.getValue(), name -> plain(out, Bytes.utf8(name)));
                    out.u8(')');
                });
        out.u8(',');
        list(out, derivation.inputSources(), source -> plain(out, Bytes.utf8(source.toString())));
        out.u8(',');
        plain(out, derivation.system());
        out.u8(',');
        text(out, derivation.builder());
        out.u8(',');
        list(out, derivation.arguments(), argument -> text(out, argument));
        out.u8(',');
        list(
                out,
                derivation.environment().entrySet(),
                variable -> {
                    boolean hidden =
                            masked && derivation.outputs().containsKey(variable.getKey().toUtf8());
                    out.u8('(');
                    text(out, variable.getKey());
                    out.u8(',');
                    text(out, hidden ? Bytes.EMPTY : variable.getValue());
                    out.u8(')');
                });
        return out.u8(')').toBytes();
    }

    /// Checks that a text which Nix writes without escapes needs none.
    static void requirePlain(Bytes text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.at(i) == '"' || text.at(i) == '\\') {
                throw new IllegalArgumentException(
                        "a quote or backslash in '" + text.toUtf8() + "'");
            }
        }
    }

    private Derivation derivation() throws FormatException {
        if (!in.bytes(Math.min(START.length(), in.remaining())).equals(START)) {
            throw new FormatException(FORMAT, 0, "does not start with 'Derive('");
        }
        var outputs = new TreeMap<String, Output>();
        list(() -> {
            int start = in.position();
            expect('(');
            String name = name();
            expect(',');
            ascending(start, outputs.isEmpty() || outputs.lastKey().compareTo(name) < 0);
            outputs.put(name, output());
            expect(')');
        });
        expect(',');
        var inputs = new TreeMap<StorePath, SortedSet<String>>();
        list(() -> {
            int start = in.position();
            expect('(');
            StorePath path = path(start, plain());
            ascending(start, inputs.isEmpty() || inputs.lastKey().compareTo(path) < 0);
            expect(',');
            inputs.put(path, ascending(this::name));
            expect(')');
        });
        expect(',');
        var sources = ascending(() -> path(in.position(), plain()));
        expect(',');
        Bytes system = plain();
        expect(',');
        Bytes builder = text();
        expect(',');
        var arguments = new ArrayList<Bytes>();
        list(() -> arguments.add(text()));
        expect(',');
        var environment = new TreeMap<Bytes, Bytes>();
        list(() -> {
            int start = in.position();
            expect('(');
            Bytes name = text();
            ascending(start, environment.isEmpty() || environment.lastKey().compareTo(name) < 0);
            expect(',');
            environment.put(name, text());
            expect(')');
        });
        expect(')');
        in.expectEnd();
        return new Derivation(outputs, inputs, sources, system, builder, arguments, environment);
    }

    private Output output() throws FormatException {
        int start = in.position();
        Bytes path = plain();
        expect(',');
        String method = plain().toUtf8();
        expect(',');
        String hash = plain().toUtf8();
        if (method.isEmpty()) {
            if (!hash.isEmpty()) {
                throw new FormatException(FORMAT, start, "a hash without its algorithm");
            }
            return path.isEmpty()
                    ? new Output.Deferred()
                    : new Output.InputAddressed(path(start, path));
        }
        var how = method(method);
        var algorithm = at(start, () -> Algorithm.named(method.substring(how.prefix().length())));
        boolean fixed = !hash.isEmpty() && !hash.equals(IMPURE);
        if (fixed == path.isEmpty()) {
            throw new FormatException(
                    FORMAT, start, "a path goes with a hash, and neither without the other");
        }
        if (!fixed) {
            return hash.isEmpty()
                    ? new Output.Floating(how, algorithm)
                    : new Output.Impure(how, algorithm);
        }
        var digest = at(start, () -> NixHash.parse(algorithm, hash));
        if (!digest.digest().toHex().equals(hash)) {
            throw new FormatException(FORMAT, start, "a hash that is not in base 16");
        }
        if (how == Method.TEXT && algorithm != Algorithm.SHA256) {
            throw new FormatException(FORMAT, start, "text is hashed by sha256");
        }
        return new Output.Fixed(path(start, path), new ContentAddress(how, digest));
    }

    private static Method method(String text) {
        if (text.startsWith(Method.TEXT.prefix())) {
            return Method.TEXT;
        }
        return text.startsWith(Method.RECURSIVE.prefix()) ? Method.RECURSIVE : Method.FLAT;
    }

    private StorePath path(int start, Bytes text) throws FormatException {
        StorePath path = at(start, () -> StorePath.parse(text));
        if (folder.isEmpty()) {
            folder = path.folder();
        }
        if (!folder.equals(path.folder())) {
            throw new FormatException(FORMAT, start, "paths of two stores");
        }
        return path;
    }

    /// An output's name, which also becomes part of a path's.
    private String name() throws FormatException {
        int start = in.position();
        String name = plain().toUtf8();
        return at(
                start,
                () -> {
                    StorePath.checkName(name);
                    return name;
                });
    }

    /// A text that is written without escapes.
    private Bytes plain() throws FormatException {
        expect('"');
        var out = new ByteWriter();
        for (int c = in.u8(); c != '"'; c = in.u8()) {
            if (c == '\\') {
                throw unexpected("a backslash in a text without escapes");
            }
            out.u8(c);
        }
        return out.toBytes();
    }

    private Bytes text() throws FormatException {
        expect('"');
        var out = new ByteWriter();
        for (int c = in.u8(); c != '"'; c = in.u8()) {
            if (c == '\n' || c == '\r' || c == '\t') {
                throw unexpected("a control character that is not escaped");
            }
            out.u8(c == '\\' ? unescape(in.u8()) : c);
        }
        return out.toBytes();
    }

    private int unescape(int c) throws FormatException {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '"', '\\' -> c;
            default -> throw unexpected("an escape that Nix does not write");
        };
    }

    /// Says where in the derivation a part is malformed.
    private static <T> T at(int start, Value<T> part) throws FormatException {
        try {
            return part.read();
        } catch (FormatException e) {
            throw new FormatException(FORMAT, start, e.problem());
        }
    }

    private void list(Item item) throws FormatException {
        expect('[');
        if (in.peek() != ']') {
            item.read();
            while (in.peek() == ',') {
                in.u8();
                item.read();
            }
        }
        expect(']');
    }

    private <T extends Comparable<T>> SortedSet<T> ascending(Value<T> value)
            throws FormatException {
        var values = new TreeSet<T>();
        list(() -> {
            int start = in.position();
            T next = value.read();
            ascending(start, values.isEmpty() || values.last().compareTo(next) < 0);
            values.add(next);
        });
        return values;
    }

    private static void ascending(int start, boolean holds) throws FormatException {
        if (!holds) {
            throw new FormatException(FORMAT, start, "out of order, or twice");
        }
    }

    private void expect(char wanted) throws FormatException {
        if (in.u8() != wanted) {
            throw unexpected("expected '" + wanted + "'");
        }
    }

    private FormatException unexpected(String problem) {
        return new FormatException(FORMAT, in.position() - 1, problem);
    }

    private static void output(ByteWriter out, String name, Output output, boolean masked) {
        var fields =
                switch (output) {
                    case Output.InputAddressed(var path) -> List.of(shown(path, masked), "", "");
                    case Output.Fixed(var path, var address) ->
                            List.of(
                                    shown(path, masked),
                                    address.methodAlgorithm(),
                                    address.hash().digest().toHex());
                    case Output.Floating(var method, var algorithm) ->
                            List.of("", method.prefix() + algorithm, "");
                    case Output.Deferred() -> List.of("", "", "");
                    case Output.Impure(var method, var algorithm) ->
                            List.of("", method.prefix() + algorithm, IMPURE);
                };
        out.u8('(');
        plain(out, Bytes.utf8(name));
        for (String field : fields) {
            out.u8(',');
            plain(out, Bytes.utf8(field));
        }
        out.u8(')');
    }

    private static String shown(StorePath path, boolean masked) {
        return masked ? "" : path.toString();
    }

    private static <T> void list(ByteWriter out, Collection<T> items, Consumer<T> write) {
        out.u8('[');
        boolean first = true;
        for (T item : items) {
            if (!first) {
                out.u8(',');
            }
            first = false;
            write.accept(item);
        }
        out.u8(']');
    }

    private static void plain(ByteWriter out, Bytes text) {
        out.u8('"').bytes(text).u8('"');
    }

    private static void text(ByteWriter out, Bytes text) {
        out.u8('"');
        for (int i = 0; i < text.length(); i++) {
            int c = text.at(i);
            switch (c) {
                case '\n' -> out.u8('\\').u8('n');
                case '\r' -> out.u8('\\').u8('r');
                case '\t' -> out.u8('\\').u8('t');
                case '"', '\\' -> out.u8('\\').u8(c);
                default -> out.u8(c);
            }
        }
        out.u8('"');
    }

    @FunctionalInterface
    private interface Item {
        void read() throws FormatException;
    }

    @FunctionalInterface
    private interface Value<T> {
        T read() throws FormatException;
    }
}
