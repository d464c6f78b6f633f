package cairn.nix;

import cairn.cid.Bytes;
import java.io.IOException;
import java.io.InputStream;

/// Hands everything on to another sink, for those who change or watch but a part of it.
public abstract class NarFilter implements NarSink {
    private final NarSink sink;

    protected NarFilter(NarSink sink) {
        this.sink = sink;
    }

    @Override
    public void directory() throws IOException {
        sink.directory();
    }

    @Override
    public void entry(Bytes name) throws IOException {
        sink.entry(name);
    }

    @Override
    public void endDirectory() throws IOException {
        sink.endDirectory();
    }

    @Override
    public void regular(boolean executable, long size, InputStream contents) throws IOException {
        sink.regular(executable, size, contents);
    }

    @Override
    public void symlink(Bytes target) throws IOException {
        sink.symlink(target);
    }
}
