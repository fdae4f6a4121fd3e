package dev.kaiaku.bindings;

import java.nio.file.Path;
import java.util.List;

/** The library file inside java-llama.cpp's jar, which two bindings load: JNA's and java-llama.cpp's own. */
public final class LlamaBinary {
    private static final String NAME = System.mapLibraryName("jllama");

    private LlamaBinary() {}

    /**
     * The folder with the library, extracted into the user's cache where it is not there yet.
     *
     * @throws NativeException UNSUPPORTED where java-llama.cpp has none for this platform
     */
    public static Path folder() {
        String folder = "de/kherud/llama/" + folder(Platform.current());
        return new NativeFiles(LlamaBinary.class.getClassLoader(), folder, List.of(NAME)).extract();
    }

    /** The library itself. */
    static Path file() {
        return folder().resolve(NAME);
    }

    private static String folder(Platform platform) {
        String os = switch (platform.os()) {
            case "linux" -> "Linux";
            case "darwin" -> "Mac";
            case "windows" -> "Windows";
            default -> platform.os();
        };
        return os + "/" + (platform.architecture().equals("x86-64") ? "x86_64" : platform.architecture());
    }
}
