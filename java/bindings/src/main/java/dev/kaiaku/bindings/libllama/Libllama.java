package dev.kaiaku.bindings.libllama;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.kaiaku.bindings.LoadOptions;
import dev.kaiaku.bindings.NativeException;
import dev.kaiaku.bindings.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A loaded libllama. Stays loaded as long as the process lives. Thread-safe. */
public final class Libllama {
    /** The release whose structs {@link Header} declares. */
    public static final String RELEASE = "0.5";

    private static final int CPU = 0;
    private static final Map<Path, Libllama> LOADED = new HashMap<>();

    /** The first error that llama.cpp logged on each thread since it was removed; its log goes nowhere else. */
    private static final ThreadLocal<@Nullable String> FIRST_ERROR = new ThreadLocal<>();

    private static final Header.LogCallback LOG = (level, text, userData) -> {
        if (level == Header.LOG_LEVEL_ERROR && FIRST_ERROR.get() == null) {
            FIRST_ERROR.set(text.strip());
        }
    };

    private final Header functions;

    private Libllama(Header functions) {
        this.functions = functions;
    }

    /**
     * Loads a library and looks whether its structs are those that we declare.
     *
     * @throws NativeException UNSUPPORTED where the file is no libllama, or one of another release
     */
    public static Libllama load(Path file) {
        Path library = file.toAbsolutePath().normalize();
        synchronized (LOADED) {
            @Nullable Libllama known = LOADED.get(library);
            if (known == null) {
                known = new Libllama(open(library));
                LOADED.put(library, known);
            }
            return known;
        }
    }

    private static Header open(Path library) {
        if (!Files.isRegularFile(library)) {
            throw new NativeException(NativeException.Status.UNSUPPORTED, library + ": no such file");
        }
        try {
            Header functions = Native.load(library.toString(), Header.class, LoadOptions.of(Platform.current()));
            checkLayout(functions, library);
            functions.llama_log_set(LOG, null);
            @Nullable Path folder = library.getParent();
            if (functions.ggml_backend_dev_count() == 0 && folder != null) {
                functions.ggml_backend_load_all_from_path(folder.toString());
            }
            functions.llama_backend_init();
            return functions;
        } catch (UnsatisfiedLinkError e) {
            throw new NativeException(
                    NativeException.Status.UNSUPPORTED,
                    library + ": no libllama of release " + RELEASE + " (" + firstLine(e) + ")",
                    e);
        }
    }

    private static void checkLayout(Header functions, Path library) {
        String version = functions.llama_version();
        if (!version.startsWith(RELEASE + ".")) {
            throw new NativeException(
                    NativeException.Status.UNSUPPORTED,
                    library + ": libllama " + version + ", this program knows release " + RELEASE);
        }
        Header.ModelParams model = functions.llama_model_default_params();
        Header.ContextParams context = functions.llama_context_default_params();
        boolean same = model.n_gpu_layers == -1
                && model.split_mode == 1
                && model.load_mode == -1
                && model.use_extra_bufts == 1
                && context.n_ctx == 512
                && context.n_batch == 2048
                && context.n_ubatch == 512
                && context.n_seq_max == 1
                && context.n_outputs_max_per_seq == 1
                && context.rope_scaling_type == -1
                && context.flash_attn_type == -1
                && context.yarn_beta_slow == -1
                && context.defrag_thold == -1
                && context.type_k == 1
                && context.type_v == 1
                && context.offload_kqv == 1
                && context.no_perf == 1
                && context.swa_full == 1
                && context.kv_unified == 0
                && context.ctx_other == null
                && untouched(model.room)
                && untouched(context.room);
        if (!same) {
            throw new NativeException(
                    NativeException.Status.UNSUPPORTED,
                    library + ": libllama " + version + " has other structs than those of release " + RELEASE);
        }
    }

    private static boolean untouched(byte[] room) {
        for (byte b : room) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static String firstLine(Throwable e) {
        @Nullable String message = e.getMessage();
        return message == null
                ? "cannot be loaded"
                : message.lines().findFirst().orElse("cannot be loaded");
    }

    /** llama.cpp's version, such as {@code 0.5.0}. */
    public String version() {
        return functions.llama_version();
    }

    /** Names of the devices beside the processor that it can use: GPUs. */
    public List<String> gpus() {
        List<String> names = new ArrayList<>();
        for (long i = 0; i < functions.ggml_backend_dev_count(); i++) {
            Pointer device = functions.ggml_backend_dev_get(i);
            if (functions.ggml_backend_dev_type(device) != CPU) {
                names.add(functions.ggml_backend_dev_description(device));
            }
        }
        return names;
    }

    Header functions() {
        return functions;
    }

    static void forgetError() {
        FIRST_ERROR.remove();
    }

    /** What failed, with llama.cpp's reason where it told one since {@link #forgetError}. */
    static NativeException failure(String what) {
        @Nullable String reason = FIRST_ERROR.get();
        return new NativeException(NativeException.Status.UNSUPPORTED, reason == null ? what : what + ": " + reason);
    }
}
