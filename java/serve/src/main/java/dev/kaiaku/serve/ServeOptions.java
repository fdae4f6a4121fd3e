package dev.kaiaku.serve;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a persona is served.
 *
 * @param host address to listen on
 * @param port 0 for a free one
 * @param token what callers have to send as {@code Authorization: Bearer TOKEN}; null for nothing, on loopback only
 * @param hostNames names of this server, beside loopback's, that a request's Host may have
 * @param queue requests that may wait for a free slot; the next ones are refused with 429
 * @param mostBodyBytes of a request
 * @param mostMessages of a conversation
 * @param timeout of a whole reply, waiting included
 * @param writeTimeout after which a client that takes nothing is given up
 */
public record ServeOptions(
        String host,
        int port,
        @Nullable String token,
        Set<String> hostNames,
        int queue,
        int mostBodyBytes,
        int mostMessages,
        Duration timeout,
        Duration writeTimeout) {

    /** Loopback, port 8080, no token, 16 may wait, bodies up to 1 MiB, 1000 messages, 2 minutes a reply, 10 s a write. */
    public static ServeOptions defaults() {
        return new ServeOptions(
                "127.0.0.1", 8080, null, Set.of(), 16, 1 << 20, 1000, Duration.ofMinutes(2), Duration.ofSeconds(10));
    }

    public ServeOptions withAddress(String newHost, int newPort) {
        return new ServeOptions(
                newHost, newPort, token, hostNames, queue, mostBodyBytes, mostMessages, timeout, writeTimeout);
    }

    public ServeOptions withToken(@Nullable String value) {
        return new ServeOptions(
                host, port, value, hostNames, queue, mostBodyBytes, mostMessages, timeout, writeTimeout);
    }

    public ServeOptions withHostNames(Set<String> value) {
        return new ServeOptions(
                host, port, token, Set.copyOf(value), queue, mostBodyBytes, mostMessages, timeout, writeTimeout);
    }

    public ServeOptions withQueue(int value) {
        return new ServeOptions(
                host, port, token, hostNames, value, mostBodyBytes, mostMessages, timeout, writeTimeout);
    }

    public ServeOptions withTimeouts(Duration reply, Duration write) {
        return new ServeOptions(host, port, token, hostNames, queue, mostBodyBytes, mostMessages, reply, write);
    }

    /** Without the token, which belongs into no log. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
