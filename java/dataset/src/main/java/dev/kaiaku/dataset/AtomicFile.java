package dev.kaiaku.dataset;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file that appears under its name whole or not at all: written beside the target, flushed to the disk, then
 * renamed. Closing before {@link #commit} leaves whatever stood there before and no other file. What a killed
 * process left behind is removed by the next write of the same target. A target that is a device or a pipe is
 * written directly. Failures are told by {@link WriteFailure}. Not thread-safe.
 */
public final class AtomicFile implements AutoCloseable {
    private static final int BUFFER = 1 << 16;
    private static final AtomicLong COUNTER = new AtomicLong();

    private final Path target;
    private final @Nullable Path temporary;
    private final FileChannel channel;
    private final OutputStream stream;
    private boolean committed;

    private AtomicFile(Path target, @Nullable Path temporary, FileChannel channel) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
        this.stream = new Stream(target, Channels.newOutputStream(channel));
    }

    /** What writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Starts a new content for {@code target}; the folder is made where it is missing. */
    public static AtomicFile create(Path target) {
        Path file = target.toAbsolutePath().normalize();
        try {
            if (Files.isDirectory(file)) {
                throw new BadInputException(target + ": is a folder; name a file to write");
            }
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                return new AtomicFile(target, null, FileChannel.open(file, StandardOpenOption.WRITE));
            }
            Path folder = folderOf(file);
            Files.createDirectories(folder);
            removeAbandoned(folder, file.getFileName().toString());
            Path temporary = folder.resolve(temporaryName(file.getFileName().toString()));
            FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new AtomicFile(target, temporary, channel);
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
        }
    }

    /** Writes a whole file; any exception of {@code content} leaves the old file as it was. */
    public static void write(Path target, Content content) {
        try (AtomicFile file = create(target)) {
            content.writeTo(file.stream());
            file.commit();
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
        }
    }

    /** Writes a whole file of UTF-8 text. */
    public static void write(Path target, String text) {
        try (AtomicFile file = create(target)) {
            file.append(text);
            file.commit();
        }
    }

    /** Adds UTF-8 text. */
    public void append(String text) {
        try {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
        }
    }

    /** Where the content goes; buffered. Closing it does nothing. */
    public OutputStream stream() {
        return stream;
    }

    /**
     * The temporary file itself, for content that is not written front to back. Use either this or
     * {@link #stream}. Its exceptions are plain: {@link WriteFailure#of} words them.
     */
    public FileChannel channel() {
        return channel;
    }

    /** Puts the content on the disk and under its name. */
    public void commit() {
        commit(List.of(this));
    }

    /** Puts the content of several files on the disk, and only then all under their names, in this order. */
    public static void commit(List<AtomicFile> files) {
        files.forEach(AtomicFile::force);
        files.forEach(AtomicFile::rename);
        files.stream()
                .filter(file -> file.temporary != null)
                .map(file -> folderOf(file.target.toAbsolutePath().normalize()))
                .distinct()
                .forEach(AtomicFile::force);
    }

    /** Gives up what was not committed. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
        } finally {
            if (!committed && temporary != null) {
                deleteQuietly(temporary);
            }
        }
    }

    private void force() {
        try {
            stream.flush();
            if (temporary != null) {
                channel.force(true);
                channel.close();
            }
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
        }
    }

    private void rename() {
        try {
            if (temporary != null) {
                Files.move(
                        temporary,
                        target.toAbsolutePath().normalize(),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            committed = true;
        } catch (IOException e) {
            throw WriteFailure.of(target, e);
        }
    }

    private static Path folderOf(Path file) {
        Path folder = file.getParent();
        return folder == null ? file : folder;
    }

    private static String temporaryName(String name) {
        return "." + name + "." + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet() + ".tmp";
    }

    private static void removeAbandoned(Path folder, String name) throws IOException {
        Pattern pattern = Pattern.compile("\\." + Pattern.quote(name) + "\\.(\\d{1,18})-\\d+\\.tmp");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.tmp")) {
            for (Path file : files) {
                Matcher matcher = pattern.matcher(file.getFileName().toString());
                if (matcher.matches()
                        && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                    deleteQuietly(file);
                }
            }
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    /** Puts the names in a folder on the disk, as after a rename; their content is not touched. */
    public static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows opens no folders; there the rename alone has to do.
            return;
        }
    }

    /** Buffers, and words the failures. */
    private static final class Stream extends BufferedOutputStream {
        private final Path target;

        Stream(Path target, OutputStream out) {
            super(out, BUFFER);
            this.target = target;
        }

        @Override
        public synchronized void write(int b) {
            try {
                super.write(b);
            } catch (IOException e) {
                throw WriteFailure.of(target, e);
            }
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            try {
                super.write(bytes, offset, length);
            } catch (IOException e) {
                throw WriteFailure.of(target, e);
            }
        }

        @Override
        public synchronized void flush() {
            try {
                super.flush();
            } catch (IOException e) {
                throw WriteFailure.of(target, e);
            }
        }

        @Override
        public void close() {}
    }
}
