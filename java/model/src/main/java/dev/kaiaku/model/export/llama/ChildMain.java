package dev.kaiaku.model.export.llama;

import dev.kaiaku.bindings.NativeException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What the processes of {@link LlamaChild} have in common. */
final class ChildMain {
    private ChildMain() {}

    /** Answers what is asked. */
    @FunctionalInterface
    interface Work {
        void run(DataInputStream in, DataOutputStream out) throws IOException;
    }

    /** Does the work on standard input and output, then ends the process: with 1 and a line where it fails. */
    static void run(Work work) {
        int status = 0;
        try {
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
            work.run(new DataInputStream(new BufferedInputStream(System.in)), out);
            out.flush();
        } catch (NativeException | IllegalArgumentException | IOException | UncheckedIOException e) {
            System.err.println(e.getMessage());
            status = 1;
        }
        System.err.flush();
        // Native threads may still be there; nothing is left to wait for.
        Runtime.getRuntime().halt(status);
    }
}
