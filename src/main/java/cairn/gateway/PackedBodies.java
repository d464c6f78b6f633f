package cairn.gateway;

import cairn.nix.NarCompression;
import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncoding;
import io.helidon.http.encoding.ContentEncodingContext;
import java.util.Set;

/// Lets bodies through that come packed, as Nix sends logs and listings if told to. They are
/// unpacked where they are read, and answers are packed elsewhere.
final class PackedBodies implements ContentEncoding {
    private final NarCompression compression;

    private PackedBodies(NarCompression compression) {
        this.compression = compression;
    }

    static ContentEncodingContext context() {
        var builder = ContentEncodingContext.builder().contentEncodingsDiscoverServices(false);
        for (NarCompression compression : NarCompression.values()) {
            if (compression != NarCompression.NONE) {
                builder.addContentEncoding(new PackedBodies(compression));
            }
        }
        return builder.build();
    }

    @Override
    public Set<String> ids() {
        return Set.of(name());
    }

    @Override
    public boolean supportsEncoding() {
        return false;
    }

    @Override
    public boolean supportsDecoding() {
        return true;
    }

    @Override
    public ContentDecoder decoder() {
        return ContentDecoder.NO_OP;
    }

    @Override
    public ContentEncoder encoder() {
        return ContentEncoder.NO_OP;
    }

    @Override
    public String name() {
        return compression.toString();
    }

    @Override
    public String type() {
        return name();
    }
}
