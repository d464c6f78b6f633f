package cairn.ui.model;

import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.HashFunction;
import cairn.cid.Multibase;
import cairn.nix.NixHash;
import cairn.store.StoredPath;
import java.util.ArrayList;
import java.util.List;

/// One of the names of a thing, or one of the things to know about it.
///
/// @param text the whole of it, as it is copied
public record Naming(String label, String text) {
    /// What a path is called, in every namespace.
    public static List<Naming> of(StoredPath stored) {
        var info = stored.info();
        NixHash hash = info.narHash();
        var names = new ArrayList<Naming>();
        names.add(new Naming(Words.text("name.path"), info.path().toString()));
        names.add(new Naming(Words.text("name.hash"), info.path().hash()));
        names.add(new Naming(Words.text("name.closure-cid"), stored.cid().toString()));
        names.add(new Naming(Words.text("name.tree-cid"), stored.tree().toString()));
        names.add(new Naming(Words.text("name.nar-hash-sri"), hash.toSri()));
        names.add(new Naming(Words.text("name.nar-hash-nix32"), hash.toString()));
        names.add(new Naming(Words.text("name.nar-hash-base16"), hash.toBase16()));
        info.ca().ifPresent(ca -> names.add(new Naming(Words.text("name.ca"), ca)));
        info.deriver()
                .ifPresent(
                        path -> names.add(new Naming(Words.text("name.deriver"), path.toString())));
        return names;
    }

    /// What a CID is made of.
    public static List<Naming> anatomy(Cid cid) {
        var hash = cid.hash();
        String function =
                hash.function()
                        .map(HashFunction::name)
                        .orElseGet(() -> Words.text("anatomy.unknown"));
        var parts = new ArrayList<Naming>();
        parts.add(new Naming(Words.text("anatomy.cid"), cid.toString()));
        parts.add(new Naming(Words.text("anatomy.version"), Integer.toString(cid.version())));
        parts.add(
                new Naming(
                        Words.text("anatomy.codec"),
                        "%s  0x%x"
                                .formatted(
                                        Codec.of(cid.codec())
                                                .map(Codec::toString)
                                                .orElseGet(() -> Words.text("anatomy.unknown")),
                                        cid.codec())));
        parts.add(
                new Naming(
                        Words.text("anatomy.hash"), "%s  0x%x".formatted(function, hash.code())));
        parts.add(
                new Naming(Words.text("anatomy.length"), Integer.toString(hash.digest().length())));
        parts.add(new Naming(Words.text("anatomy.digest"), hash.digest().toHex()));
        parts.add(
                new Naming(
                        Words.text("anatomy.base"),
                        (cid.version() == 0 ? Multibase.BASE58BTC : Multibase.BASE32).toString()));
        parts.add(
                new Naming(
                        Words.text("anatomy.verifiable"),
                        Words.text(
                                hash.isVerifiable()
                                        ? "anatomy.verifiable-yes"
                                        : "anatomy.verifiable-no")));
        return parts;
    }
}
