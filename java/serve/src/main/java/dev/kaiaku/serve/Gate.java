package dev.kaiaku.serve;

import com.sun.net.httpserver.Headers;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may talk to the server. Immutable and thread-safe. */
final class Gate {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final byte @Nullable [] token;
    private final @Nullable Set<String> hosts;

    /**
     * @throws IllegalArgumentException where others than this machine could come in without a token
     * @throws UncheckedIOException where there is no such address
     */
    Gate(ServeOptions options) {
        boolean loopback = isLoopback(options.host());
        if (!loopback && (options.token() == null || options.token().isBlank())) {
            throw new IllegalArgumentException(options.host() + " can be reached by others: a token is needed");
        }
        this.token = options.token() == null ? null : options.token().strip().getBytes(StandardCharsets.UTF_8);
        if (loopback || !options.hostNames().isEmpty()) {
            Set<String> names = new HashSet<>(LOOPBACK);
            names.add(options.host().toLowerCase(Locale.ROOT));
            options.hostNames().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
            this.hosts = names;
        } else {
            // A page of another site cannot know the token.
            this.hosts = null;
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(host + ": there is no such address", e);
        }
    }

    boolean asksForToken() {
        return token != null;
    }

    /**
     * Refuses requests that a web page of another site sent, by a name of its own for this address or directly.
     *
     * @throws RequestException 403
     */
    void checkOrigin(Headers headers) {
        String host = single(headers, "Host").toLowerCase(Locale.ROOT);
        if (hosts != null && !hosts.contains(withoutPort(host))) {
            throw new RequestException(403, "this server does not go by the name in the Host header");
        }
        @Nullable String origin = headers.getFirst("Origin");
        if (origin != null && !host.equals(authority(origin))) {
            throw new RequestException(403, "pages of other sites may not use this server");
        }
    }

    /**
     * Takes as long for a wrong token as for the right one.
     *
     * @throws RequestException 401
     */
    void checkToken(Headers headers) {
        if (token == null) {
            return;
        }
        @Nullable String sent = headers.getFirst("Authorization");
        String given = sent != null && sent.regionMatches(true, 0, "Bearer ", 0, 7)
                ? sent.substring(7).strip()
                : "";
        if (!MessageDigest.isEqual(Hashes.sha256(token), Hashes.sha256(given.getBytes(StandardCharsets.UTF_8)))) {
            throw new RequestException(401, "a token is needed: Authorization: Bearer TOKEN");
        }
    }

    private static String single(Headers headers, String name) {
        @Nullable List<String> values = headers.get(name);
        if (values == null || values.size() != 1) {
            throw new RequestException(400, "expected one " + name + " header");
        }
        return values.get(0).strip();
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    private static String authority(String origin) {
        try {
            @Nullable String authority = URI.create(origin).getRawAuthority();
            return authority == null ? "" : authority.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
