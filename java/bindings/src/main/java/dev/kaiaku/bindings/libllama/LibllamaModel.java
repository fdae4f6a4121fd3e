package dev.kaiaku.bindings.libllama;

import com.sun.jna.Pointer;
import dev.kaiaku.bindings.NativeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file opened by libllama: its tokeniser, and the weights that contexts share. Reading is thread-safe; close
 * it after its contexts.
 */
public final class LibllamaModel implements AutoCloseable {
    private final Libllama library;
    private final Pointer vocab;
    private @Nullable Pointer model;
    private @Nullable Pointer adapter;

    private LibllamaModel(Libllama library, Pointer model) {
        this.library = library;
        this.model = model;
        this.vocab = library.functions().llama_model_get_vocab(model);
    }

    /**
     * Loads a file.
     *
     * @param gpuLayers layers to compute on a GPU, negative for all
     * @throws NativeException with llama.cpp's reason
     */
    public static LibllamaModel open(Libllama library, Path gguf, int gpuLayers) {
        Header.ModelParams params = library.functions().llama_model_default_params();
        params.n_gpu_layers = gpuLayers;
        Libllama.forgetError();
        @Nullable Pointer model = library.functions().llama_model_load_from_file(gguf.toString(), params);
        if (model == null) {
            throw Libllama.failure("libllama " + library.version() + " cannot load it");
        }
        return new LibllamaModel(library, model);
    }

    /**
     * Loads a LoRA adapter, which {@link LibllamaContext#strength} switches on; before any context is made.
     *
     * @throws NativeException with llama.cpp's reason
     */
    public void loadAdapter(Path gguf) {
        Libllama.forgetError();
        adapter = library.functions().llama_adapter_lora_init(pointer(), gguf.toString());
        if (adapter == null) {
            throw Libllama.failure("libllama " + library.version() + " cannot load " + gguf.getFileName()
                    + " as a LoRA adapter of this model");
        }
    }

    Pointer adapter() {
        if (adapter == null) {
            throw new IllegalStateException("no adapter was loaded");
        }
        return adapter;
    }

    /** Number of tokens of the vocabulary. */
    public int vocabSize() {
        return library.functions().llama_vocab_n_tokens(vocab);
    }

    /** The token to put before a text, or -1 where the file wants none. */
    public int bos() {
        return library.functions().llama_vocab_get_add_bos(vocab) != 0
                ? library.functions().llama_vocab_bos(vocab)
                : -1;
    }

    /** Whether a token ends what the model has to say. */
    public boolean isEnd(int token) {
        return library.functions().llama_vocab_is_eog(vocab, token) != 0;
    }

    /**
     * Ids of a text, without a beginning-of-sequence token.
     *
     * @param parseSpecial to read the texts of control tokens as those tokens
     */
    public int[] tokenize(String text, boolean parseSpecial) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[utf8.length + 2];
        byte parse = (byte) (parseSpecial ? 1 : 0);
        int count =
                library.functions().llama_tokenize(vocab, utf8, utf8.length, tokens, tokens.length, (byte) 0, parse);
        if (count < 0) {
            tokens = new int[-count];
            count = library.functions()
                    .llama_tokenize(vocab, utf8, utf8.length, tokens, tokens.length, (byte) 0, parse);
        }
        return Arrays.copyOf(tokens, count);
    }

    /** The bytes of a token; characters may be cut, control tokens are empty. */
    public byte[] bytes(int token) {
        byte[] piece = new byte[64];
        int count = library.functions().llama_token_to_piece(vocab, token, piece, piece.length, 0, (byte) 0);
        if (count < 0) {
            piece = new byte[-count];
            count = library.functions().llama_token_to_piece(vocab, token, piece, piece.length, 0, (byte) 0);
        }
        return Arrays.copyOf(piece, count);
    }

    Header functions() {
        return library.functions();
    }

    Pointer pointer() {
        if (model == null) {
            throw new IllegalStateException("closed");
        }
        return model;
    }

    @Override
    public void close() {
        if (model != null) {
            library.functions().llama_model_free(model);
            model = null;
        }
    }
}
