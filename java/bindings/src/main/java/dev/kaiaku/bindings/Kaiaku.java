package dev.kaiaku.bindings;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** libkaiaku as this process has it loaded. */
public final class Kaiaku {
    private static @Nullable KaiakuLibrary library;

    private Kaiaku() {}

    /**
     * Version, compiler, instruction set, oneDNN and backends of the library, in one line.
     *
     * @throws NativeException where the library cannot be loaded
     */
    public static String buildInfo() {
        return library().kaiaku_build_info();
    }

    /** The library, loaded on first use. */
    static synchronized KaiakuLibrary library() {
        if (library == null) {
            library = load();
        }
        return library;
    }

    private static KaiakuLibrary load() {
        String folder = "dev/kaiaku/native/" + Platform.current();
        List<String> names = List.of("libgomp.so.1", "libdnnl.so.3", "libkaiaku.so");
        Path file = new NativeFiles(Kaiaku.class.getClassLoader(), folder, names)
                .extract()
                .resolve("libkaiaku.so");
        letWaitingThreadsSleep();
        KaiakuLibrary loaded;
        try {
            loaded = Native.load(file.toString(), KaiakuLibrary.class, LoadOptions.of(Platform.current()));
        } catch (UnsatisfiedLinkError e) {
            throw new NativeException(
                    NativeException.Status.UNSUPPORTED,
                    "cannot load " + file + " (a folder without execute permission? KAIAKU_CACHE names another): "
                            + e.getMessage(),
                    e);
        }
        int version = loaded.kaiaku_abi_version();
        if (version != KaiakuLibrary.ABI_VERSION) {
            throw new NativeException(
                    NativeException.Status.UNSUPPORTED,
                    file + " has interface " + version + ", expected " + KaiakuLibrary.ABI_VERSION + "; build again");
        }
        return loaded;
    }

    /**
     * OpenMP reads this once, while it is loaded. Its threads spin by default where they wait for each other: with
     * other programs on the same processors that costs more than the work itself. What the user has set stays.
     */
    private static void letWaitingThreadsSleep() {
        if (!com.sun.jna.Platform.isWindows()) {
            NativeLibrary.getProcess().getFunction("setenv").invokeInt(new Object[] {"OMP_WAIT_POLICY", "passive", 0});
        }
    }

    /** Throws what the library says of a status other than 0. */
    static void check(int status) {
        if (status != 0) {
            throw new NativeException(
                    NativeException.Status.of(status), library().kaiaku_last_error());
        }
    }
}
