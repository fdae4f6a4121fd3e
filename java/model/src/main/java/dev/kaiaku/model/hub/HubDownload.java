package dev.kaiaku.model.hub;

import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.WriteFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Brings one file, however often the connection breaks: what has arrived is kept and the rest is asked for. */
final class HubDownload {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
    private static final int ATTEMPTS = 5;
    private static final int BUFFER = 1 << 18;

    private final HubHttp http;
    private final long retryMillis;

    /** @param retryMillis the wait after a first failure, doubled with each further one */
    HubDownload(HubHttp http, long retryMillis) {
        this.http = http;
        this.retryMillis = retryMillis;
    }

    /**
     * A file of the hub.
     *
     * @param size in bytes, -1 where the hub does not say
     * @param etag SHA-256 of a large file, git's SHA-1 of a small one, or a mirror's own
     * @param sha256 the catalogue's, null for none
     */
    record Wanted(
            URI uri,
            String name,
            long size,
            String etag,
            @Nullable String sha256) {}

    /** A request that may be sent again. */
    interface Request {
        HttpURLConnection send() throws IOException;
    }

    /** An answer that asking again will not change. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    static boolean isSha256(String etag) {
        return SHA256.matcher(etag).matches();
    }

    /** Sends until the server answers with something else than "busy" or "broken". */
    HttpURLConnection retrying(Request request) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                HttpURLConnection connection = request.send();
                if (attempt == ATTEMPTS || !busy(connection.getResponseCode())) {
                    return connection;
                }
            } catch (UnknownHostException | ConnectException e) {
                throw e;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
            pause(attempt);
        }
    }

    /** Fetches into {@code target}, which appears only when its content is proved. */
    void fetch(Wanted wanted, Path target, Progress progress) throws IOException {
        Files.createDirectories(target.getParent());
        Path incomplete = target.resolveSibling(target.getFileName() + ".incomplete");
        try (FileChannel out = FileChannel.open(incomplete, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = out.lock()) {
            if (!lock.isValid() || Files.isRegularFile(target)) {
                // Another process was faster.
                Files.deleteIfExists(incomplete);
                return;
            }
            receive(wanted, out, progress);
            out.force(true);
            verify(wanted, incomplete);
            Files.move(incomplete, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void receive(Wanted wanted, FileChannel out, Progress progress) throws IOException {
        int failures = 0;
        while (true) {
            long before = out.size();
            if (wanted.size() >= 0 && before == wanted.size()) {
                return;
            }
            try {
                receiveRest(wanted, out, progress);
                if (wanted.size() < 0 || out.size() == wanted.size()) {
                    return;
                }
                throw new IOException("the connection was cut at byte " + out.size() + " of " + wanted.size());
            } catch (IOException e) {
                failures = out.size() > before ? 1 : failures + 1;
                if (failures == ATTEMPTS || e instanceof Refused) {
                    throw e;
                }
                pause(failures);
            }
        }
    }

    private void receiveRest(Wanted wanted, FileChannel out, Progress progress) throws IOException {
        if (wanted.size() >= 0 && out.size() > wanted.size()) {
            out.truncate(0);
        }
        HttpURLConnection connection = http.get(wanted.uri(), out.size());
        int status = connection.getResponseCode();
        if (status == 416) {
            out.truncate(0);
            throw new IOException("the hub has no such range of " + wanted.name());
        }
        if (status != 200 && status != 206) {
            String message = "the hub answered " + status + " for " + wanted.name();
            throw busy(status) ? new IOException(message) : new Refused(message);
        }
        if (status == 200) {
            out.truncate(0);
        } else if (!resumesAt(connection, out.size())) {
            throw new IOException("the hub sent another range of " + wanted.name());
        }
        out.position(out.size());
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = connection.getInputStream()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                write(wanted, out, ByteBuffer.wrap(buffer, 0, n));
                progress.report("fetching " + wanted.name(), out.position(), Math.max(0, wanted.size()));
            }
        }
    }

    private static void write(Wanted wanted, FileChannel out, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw WriteFailure.of(Path.of(wanted.name()), e);
        }
    }

    private static boolean resumesAt(HttpURLConnection connection, long offset) {
        @Nullable String range = connection.getHeaderField("Content-Range");
        return range != null && range.startsWith("bytes " + offset + "-");
    }

    private static void verify(Wanted wanted, Path file) throws IOException {
        @Nullable String sha256 = isSha256(wanted.etag()) ? wanted.etag() : wanted.sha256();
        if (sha256 != null) {
            check(wanted, file, sha256, FileHash.sha256(file));
        } else if (SHA1.matcher(wanted.etag()).matches()) {
            check(wanted, file, wanted.etag(), FileHash.gitBlob(file));
        }
    }

    private static void check(Wanted wanted, Path file, String expected, String actual) throws IOException {
        if (!expected.equals(actual)) {
            Files.delete(file);
            throw new IOException(
                    wanted.name() + " arrived with hash " + actual + ", expected " + expected + ", and was deleted");
        }
    }

    private static boolean busy(int status) {
        return status == 429 || status >= 500;
    }

    private void pause(int failures) throws IOException {
        try {
            Thread.sleep(retryMillis << (failures - 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
