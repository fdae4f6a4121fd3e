package dev.kaiaku.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** Damages a good file in many ways; reading must end well or with a one-line {@link BadInputException}. */
public final class HostileFile {
    private static final long MAX_ALLOCATION = 64L << 20;

    private final Path path;
    private final byte[] good;
    private final Consumer<Path> reader;

    /**
     * Damages to come.
     *
     * @param path where damaged copies go
     * @param reader opens and closes what it reads
     */
    public HostileFile(Path path, byte[] good, Consumer<Path> reader) {
        this.path = path;
        this.good = good.clone();
        this.reader = reader;
    }

    /** Every length up to {@code dense}, then a few hundred others; none may pass. */
    public void truncate(int dense) throws IOException {
        int step = Math.max(1, (good.length - dense) / 300);
        for (int length = 0; length < good.length; length += length < dense ? 1 : step) {
            assertThat(refused(Arrays.copyOf(good, length), "cut to " + length))
                    .as("cut to %d of %d bytes", length, good.length)
                    .isTrue();
        }
    }

    /** Changes one to four bytes among the first {@code head}, by a seeded generator. */
    public void flipBytes(int head, int times, long seed) throws IOException {
        Random random = new Random(seed);
        int refusals = 0;
        for (int i = 0; i < times; i++) {
            byte[] bytes = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(Math.min(head, bytes.length))] = (byte) random.nextInt(256);
            }
            refusals += refused(bytes, "flip " + i) ? 1 : 0;
        }
        assertThat(refusals).as("refused of %d damaged files", times).isPositive();
    }

    private boolean refused(byte[] bytes, String what) throws IOException {
        Files.write(path, bytes);
        long before = allocated();
        try {
            reader.accept(path);
            return false;
        } catch (BadInputException e) {
            assertThat(e.getMessage()).doesNotContain("\n").contains(String.valueOf(path.getParent()));
            return true;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return fail(what + " ends with " + e, e);
        } finally {
            assertThat(allocated() - before).as("bytes allocated by " + what).isLessThan(MAX_ALLOCATION);
        }
    }

    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
