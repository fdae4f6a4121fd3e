package dev.kaiaku.model.hub;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Requests to a hub. Redirects are followed here, so that the token is sent to the hub alone and never over a
 * connection less safe than the first.
 *
 * @param endpoint address of the hub without a slash at its end
 * @param token sent as a bearer token, null for none
 */
record HubHttp(URI endpoint, @Nullable String token) {
    private static final int CONNECT_MILLIS = 20_000;
    private static final int READ_MILLIS = 60_000;
    private static final int MOST_REDIRECTS = 8;

    URI resolve(String path) {
        return URI.create(endpoint + path);
    }

    HttpURLConnection get(URI uri, long offset) throws IOException {
        return send("GET", uri, offset);
    }

    /** The hub's own answer about a file, before it sends to where the content lies. */
    HttpURLConnection head(URI uri) throws IOException {
        return send("HEAD", uri, 0);
    }

    private HttpURLConnection send(String method, URI uri, long offset) throws IOException {
        URI at = uri;
        for (int hop = 0; hop < MOST_REDIRECTS; hop++) {
            HttpURLConnection connection = (HttpURLConnection) at.toURL().openConnection();
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(READ_MILLIS);
            connection.setRequestMethod(method);
            connection.setRequestProperty("Accept-Encoding", "identity");
            connection.setRequestProperty("User-Agent", "kaiaku");
            if (token != null && sameServer(at, endpoint)) {
                connection.setRequestProperty("Authorization", "Bearer " + token);
            }
            if (offset > 0) {
                connection.setRequestProperty("Range", "bytes=" + offset + "-");
            }
            int status = connection.getResponseCode();
            boolean answersHead = method.equals("HEAD") && connection.getHeaderField("X-Linked-Etag") != null;
            if (status < 300 || status > 399 || answersHead) {
                return connection;
            }
            at = next(at, connection.getHeaderField("Location"));
        }
        throw new IOException("more than " + MOST_REDIRECTS + " redirects from " + uri);
    }

    private static URI next(URI from, @Nullable String location) throws IOException {
        if (location == null) {
            throw new IOException("a redirect to nowhere from " + from);
        }
        try {
            URI to = from.resolve(location);
            boolean web = "https".equals(to.getScheme()) || "http".equals(to.getScheme());
            if (!web || ("https".equals(from.getScheme()) && !"https".equals(to.getScheme()))) {
                throw new IOException("an unsafe redirect from " + from.getHost() + " to " + to.getScheme());
            }
            return to;
        } catch (IllegalArgumentException e) {
            throw new IOException("a redirect to nowhere from " + from, e);
        }
    }

    private static boolean sameServer(URI a, URI b) {
        return a.getScheme().equals(b.getScheme())
                && String.valueOf(a.getHost()).equalsIgnoreCase(b.getHost())
                && a.getPort() == b.getPort();
    }
}
