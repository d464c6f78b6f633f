package cairn.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// A plain file server, the least that a Nix client can push to: files come and are kept as they
/// are, nothing is looked into, and nobody waits for the disk.
///
/// `PlainFiles DIR` prints its address.
final class PlainFiles {
    private static final int PIECE = 1 << 18;

    private PlainFiles() {}

    public static void main(String[] args) throws IOException {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println("http://127.0.0.1:" + server.getLocalPort());
            while (true) {
                var client = server.accept();
                Thread.ofPlatform().daemon().start(() -> serve(client, Path.of(args[0])));
            }
        }
    }

    private static void serve(Socket client, Path folder) {
        try (client) {
            var in = new BufferedInputStream(client.getInputStream());
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                answer(line.split(" ", 3), folder, in, client.getOutputStream());
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    private static void answer(String[] request, Path folder, InputStream in, OutputStream out)
            throws IOException {
        Path file = folder.resolve(request[1].substring(1));
        long length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String[] field = header.toLowerCase(Locale.ROOT).split(": ", 2);
            if (field[0].equals("content-length")) {
                length = Long.parseLong(field[1]);
            } else if (field[0].equals("expect")) {
                say(out, "HTTP/1.1 100 Continue\r\n\r\n");
            }
        }
        if (request[0].equals("PUT")) {
            Files.createDirectories(file.getParent());
            keep(in, length, file);
            say(out, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
        } else if (!Files.exists(file)) {
            say(out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        } else {
            say(out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(Files.size(file)));
            if (request[0].equals("GET")) {
                Files.copy(file, out);
            }
        }
    }

    private static void keep(InputStream in, long length, Path file) throws IOException {
        byte[] piece = new byte[PIECE];
        try (var out = Files.newOutputStream(file)) {
            for (long left = length; left > 0; ) {
                int read = in.read(piece, 0, (int) Math.min(PIECE, left));
                if (read < 0) {
                    throw new IOException("the body ends too early");
                }
                out.write(piece, 0, read);
                left -= read;
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
