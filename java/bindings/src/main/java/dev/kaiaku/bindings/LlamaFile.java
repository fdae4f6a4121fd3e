package dev.kaiaku.bindings;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.kaiaku.bindings.LlamaLibrary.Batch;
import dev.kaiaku.bindings.LlamaLibrary.ChatMessage;
import dev.kaiaku.bindings.LlamaLibrary.ContextParams;
import dev.kaiaku.bindings.LlamaLibrary.ModelParams;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file opened by llama.cpp on the CPU: its tokeniser, and logits of given tokens. A file that llama.cpp
 * rejects by an assertion ends the process, so open unknown files in a process of their own. For one thread at
 * a time.
 */
public final class LlamaFile implements AutoCloseable {
    private static final int TYPE_F32 = 0;

    private final LlamaLibrary library;
    private final Pointer vocab;
    private final int vocabSize;
    private @Nullable Pointer model;
    private @Nullable Pointer context;
    private @Nullable Batch batch;
    private int batchTokens;
    private final List<Pointer> adapters = new ArrayList<>();

    private LlamaFile(LlamaLibrary library, Pointer model) {
        this.library = library;
        this.model = model;
        this.vocab = library.llama_model_get_vocab(model);
        this.vocabSize = library.llama_vocab_n_tokens(vocab);
    }

    /** Opens the tokeniser alone. */
    public static LlamaFile openVocabulary(Path file) {
        return open(file, true);
    }

    /**
     * Opens the whole model.
     *
     * @param contextTokens most tokens between two {@link #clear}
     * @param batchTokens most tokens of one {@link #decode}
     * @param sequences most sequences between two {@link #clear}
     * @throws NativeException with llama.cpp's reason
     */
    public static LlamaFile open(Path file, int contextTokens, int batchTokens, int sequences, int threads) {
        LlamaFile opened = open(file, false);
        try {
            opened.makeContext(contextTokens, batchTokens, sequences, threads);
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private static LlamaFile open(Path file, boolean vocabularyOnly) {
        LlamaLibrary library = LlamaLibrary.load();
        LlamaLibrary.Loaded.FIRST_ERROR.remove();
        ModelParams params = library.llama_model_default_params();
        params.vocab_only = (byte) (vocabularyOnly ? 1 : 0);
        @Nullable Pointer model = library.llama_model_load_from_file(file.toString(), params);
        if (model == null) {
            throw failure("llama.cpp cannot load " + file.getFileName());
        }
        return new LlamaFile(library, model);
    }

    private void makeContext(int contextTokens, int batchTokens, int sequences, int threads) {
        ContextParams params = library.llama_context_default_params();
        params.n_ctx = contextTokens;
        params.n_batch = batchTokens;
        params.n_ubatch = batchTokens;
        params.n_seq_max = sequences;
        params.n_threads = threads;
        params.n_threads_batch = threads;
        params.type_k = TYPE_F32;
        params.type_v = TYPE_F32;
        context = library.llama_init_from_model(opened(model), params);
        if (context == null) {
            throw failure("llama.cpp cannot make a context of " + contextTokens + " tokens");
        }
        batch = library.llama_batch_init(batchTokens, 0, 1);
        this.batchTokens = batchTokens;
    }

    private static NativeException failure(String what) {
        @Nullable String reason = LlamaLibrary.Loaded.FIRST_ERROR.get();
        return new NativeException(NativeException.Status.UNSUPPORTED, reason == null ? what : what + ": " + reason);
    }

    public int vocabSize() {
        return vocabSize;
    }

    /**
     * Ids of a text.
     *
     * @param addSpecial to put the beginning-of-sequence token first where the file asks for it
     * @param parseSpecial to read the texts of control tokens as those tokens
     */
    public int[] tokenize(String text, boolean addSpecial, boolean parseSpecial) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[utf8.length + 2];
        byte special = (byte) (addSpecial ? 1 : 0);
        byte parse = (byte) (parseSpecial ? 1 : 0);
        int count = library.llama_tokenize(vocab, utf8, utf8.length, tokens, tokens.length, special, parse);
        if (count < 0) {
            tokens = new int[-count];
            count = library.llama_tokenize(vocab, utf8, utf8.length, tokens, tokens.length, special, parse);
        }
        return Arrays.copyOf(tokens, count);
    }

    /** One message of a conversation; the role is {@code system}, {@code user} or {@code assistant}. */
    public record Message(String role, String content) {}

    /**
     * The prompt that llama.cpp writes for a conversation, the header of the reply at its end.
     *
     * @param template Jinja text, of which llama.cpp recognises some but runs none
     * @return empty where it does not recognise the template
     */
    public static Optional<String> render(String template, List<Message> messages) {
        LlamaLibrary library = LlamaLibrary.load();
        ChatMessage[] chat = (ChatMessage[]) new ChatMessage().toArray(messages.size());
        int room = 1024;
        for (int i = 0; i < chat.length; i++) {
            chat[i].role = messages.get(i).role();
            chat[i].content = messages.get(i).content();
            room += messages.get(i).content().length() * 4;
        }
        byte[] buffer = new byte[room + chat.length * 64];
        int length = library.llama_chat_apply_template(template, chat, chat.length, (byte) 1, buffer, buffer.length);
        return length < 0 || length > buffer.length
                ? Optional.empty()
                : Optional.of(new String(buffer, 0, length, StandardCharsets.UTF_8));
    }

    /** Adds an adapter's GGUF file to the model; it stays until {@link #close}. */
    public void applyLora(Path lora, float scale) {
        LlamaLibrary.Loaded.FIRST_ERROR.remove();
        @Nullable Pointer adapter = library.llama_adapter_lora_init(opened(model), lora.toString());
        if (adapter == null) {
            throw failure("llama.cpp cannot load " + lora.getFileName());
        }
        adapters.add(adapter);
        if (library.llama_set_adapter_lora(opened(context), adapter, scale) != 0) {
            throw failure("llama.cpp cannot apply " + lora.getFileName());
        }
    }

    /** Forgets every token decoded so far. */
    public void clear() {
        library.llama_kv_self_clear(opened(context));
    }

    /**
     * Runs tokens through the model; arrays have one entry per token.
     *
     * @param positions counted from 0 in each sequence
     * @param sequences which sequence a token belongs to; it sees only earlier tokens of the same
     * @param wanted whether {@link #logits} will be asked for
     */
    public void decode(int[] tokens, int[] positions, int[] sequences, boolean[] wanted) {
        if (tokens.length < 1 || tokens.length > batchTokens) {
            throw new IllegalArgumentException(tokens.length + " tokens in a batch of at most " + batchTokens);
        }
        for (int token : tokens) {
            if (token < 0 || token >= vocabSize) {
                throw new IllegalArgumentException("token " + token + " in a vocabulary of " + vocabSize);
            }
        }
        Batch filled = opened(batch);
        filled.n_tokens = tokens.length;
        opened(filled.token).write(0, tokens, 0, tokens.length);
        opened(filled.pos).write(0, positions, 0, tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            opened(filled.n_seq_id).setInt(4L * i, 1);
            opened(filled.seq_id).getPointer((long) Native.POINTER_SIZE * i).setInt(0, sequences[i]);
            opened(filled.logits).setByte(i, (byte) (wanted[i] ? 1 : 0));
        }
        int status = library.llama_decode(opened(context), filled);
        if (status != 0) {
            throw failure("llama.cpp could not decode " + tokens.length + " tokens (status " + status + ")");
        }
    }

    /**
     * Logits of what follows a token of the last {@link #decode}.
     *
     * @param index the token's index there
     * @param logits filled, [V]
     */
    public void logits(int index, float[] logits) {
        @Nullable Pointer values = library.llama_get_logits_ith(opened(context), index);
        if (values == null) {
            throw new IllegalArgumentException("no logits were wanted at " + index);
        }
        values.read(0, logits, 0, vocabSize);
    }

    private static <T> T opened(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("closed, or opened for its vocabulary alone");
        }
        return part;
    }

    @Override
    public void close() {
        if (batch != null) {
            library.llama_batch_free(batch);
            batch = null;
        }
        if (context != null) {
            library.llama_free(context);
            context = null;
        }
        adapters.forEach(library::llama_adapter_lora_free);
        adapters.clear();
        if (model != null) {
            library.llama_model_free(model);
            model = null;
        }
    }
}
