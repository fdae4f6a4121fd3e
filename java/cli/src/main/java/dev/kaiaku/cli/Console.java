package dev.kaiaku.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a command reads and writes.
 *
 * @param in what people type; tests give it text
 * @param out results
 * @param err progress and everything else that is not a result
 * @param inTerminal whether somebody types {@code in}
 * @param outTerminal whether {@code out} is a terminal
 * @param errTerminal whether {@code err} is a terminal
 * @param width columns of the terminal
 */
record Console(
        InputStream in,
        PrintWriter out,
        PrintWriter err,
        boolean inTerminal,
        boolean outTerminal,
        boolean errTerminal,
        int width) {
    private static final Pattern STTY_SIZE = Pattern.compile("\\d+ (\\d+)\\s*");
    private static final int DEFAULT_WIDTH = 80;

    /** The console of this process; text is UTF-8 whatever the locale says. */
    static Console ofProcess() {
        boolean errTerminal = isTerminal(2);
        return new Console(
                System.in,
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                isTerminal(0),
                isTerminal(1),
                errTerminal,
                errTerminal ? terminalWidth() : DEFAULT_WIDTH);
    }

    /** A console that is no terminal. */
    static Console of(InputStream in, PrintWriter out, PrintWriter err) {
        return new Console(in, out, err, false, false, false, DEFAULT_WIDTH);
    }

    /** Java 17 cannot say this of one stream alone, so the system's own test is asked; without one, output is plain. */
    private static boolean isTerminal(int descriptor) {
        if (isNoDevice(Path.of("/proc/self/fd", Integer.toString(descriptor)))) {
            return false;
        }
        ProcessBuilder test = new ProcessBuilder("test", "-t", Integer.toString(descriptor)).inheritIO();
        try {
            return test.start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether a link of Linux's shows that a stream is a file, a pipe or nothing, which asks no program. */
    private static boolean isNoDevice(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return !target.startsWith("/dev/") || target.equals("/dev/null");
        } catch (IOException e) {
            return false;
        }
    }

    private static int terminalWidth() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            stty.waitFor(1, TimeUnit.SECONDS);
            Matcher matcher = STTY_SIZE.matcher(size);
            int width = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
            return width > 0 ? width : DEFAULT_WIDTH;
        } catch (IOException e) {
            return DEFAULT_WIDTH;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return DEFAULT_WIDTH;
        }
    }
}
