package dev.kaiaku.bindings;

import java.util.Locale;

/**
 * The system that this process runs on.
 *
 * @param os {@code linux}, {@code darwin}, {@code windows}, or what Java calls it
 * @param architecture {@code x86-64}, {@code aarch64}, or what Java calls it
 */
public record Platform(String os, String architecture) {

    public static Platform current() {
        return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    public static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String architecture = osArch.toLowerCase(Locale.ROOT);
        return new Platform(
                os.startsWith("mac") ? "darwin" : os.startsWith("windows") ? "windows" : os,
                architecture.equals("amd64") || architecture.equals("x86_64") ? "x86-64" : architecture);
    }

    /** The name in resource folders, such as {@code linux-x86-64}. */
    @Override
    public String toString() {
        return os + "-" + architecture;
    }
}
