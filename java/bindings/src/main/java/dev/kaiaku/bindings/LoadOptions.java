package dev.kaiaku.bindings;

import com.sun.jna.Library;
import java.util.HashMap;
import java.util.Map;

/** How JNA loads libraries here. */
public final class LoadOptions {
    private static final int RTLD_LAZY = 1;
    private static final int RTLD_LOCAL_OF_MACOS = 4;

    private LoadOptions() {}

    /**
     * Options that keep a library's symbols to itself. JNA's own choice shows them to every library loaded later,
     * and C++ code of one would run in the other: oneDNN's templates crash llama.cpp.
     */
    public static Map<String, Object> of(Platform platform) {
        Map<String, Object> options = new HashMap<>();
        options.put(Library.OPTION_STRING_ENCODING, "UTF-8");
        switch (platform.os()) {
            case "linux" -> options.put(Library.OPTION_OPEN_FLAGS, RTLD_LAZY);
            case "darwin" -> options.put(Library.OPTION_OPEN_FLAGS, RTLD_LAZY | RTLD_LOCAL_OF_MACOS);
            default -> {
                // Windows never shares symbols.
            }
        }
        return options;
    }
}
