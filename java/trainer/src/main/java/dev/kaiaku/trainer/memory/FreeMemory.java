package dev.kaiaku.trainer.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Main memory of this machine, as far as its system tells. */
public final class FreeMemory {
    private static final Path CGROUP = Path.of("/sys/fs/cgroup");

    private FreeMemory() {}

    /** Bytes that this process can still take without swapping. */
    public static long bytes() {
        long available = field(Path.of("/proc/meminfo"), "MemAvailable: +(\\d+) kB").stream()
                .map(kib -> kib * 1024)
                .findAny()
                .orElseGet(Runtime.getRuntime()::maxMemory);
        OptionalLong limit = field(CGROUP.resolve("memory.max"), "(\\d+)");
        OptionalLong used = field(CGROUP.resolve("memory.current"), "(\\d+)");
        if (limit.isEmpty() || used.isEmpty()) {
            return available;
        }
        // Cached pages of files count as used but are given back when needed.
        long cached =
                field(CGROUP.resolve("memory.stat"), "inactive_file (\\d+)").orElse(0);
        return Math.min(available, limit.getAsLong() - used.getAsLong() + cached);
    }

    /** Most bytes of main memory that this process has held so far; 0 where the system does not tell. */
    public static long peakBytes() {
        return field(Path.of("/proc/self/status"), "VmHWM:\\s+(\\d+) kB").orElse(0) * 1024;
    }

    /** Bytes of main memory that this process holds now; 0 where the system does not tell. */
    public static long residentBytes() {
        return field(Path.of("/proc/self/status"), "VmRSS:\\s+(\\d+) kB").orElse(0) * 1024;
    }

    private static OptionalLong field(Path file, String pattern) {
        try {
            Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
            return matcher.find() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
