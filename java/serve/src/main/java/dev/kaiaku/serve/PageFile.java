package dev.kaiaku.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A file of a page, sent with a policy by which the page takes nothing from elsewhere and runs no script but its own. */
record PageFile(String type, byte[] content) {
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** A file that the program is packed with. */
    static PageFile packed(String name, String type) {
        try (InputStream in = PageFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("this program was packed without " + name);
            }
            return new PageFile(type, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void send(Response response) throws IOException {
        response.headers().set("Content-Security-Policy", POLICY);
        response.send(200, type + "; charset=utf-8", content);
    }
}
