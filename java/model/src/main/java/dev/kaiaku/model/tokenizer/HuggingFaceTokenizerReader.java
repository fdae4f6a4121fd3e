package dev.kaiaku.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.model.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code tokenizer.json} and {@code tokenizer_config.json} of a Hugging Face directory. */
public final class HuggingFaceTokenizerReader {
    private final Path file;
    private final JsonNode root;
    private final JsonNode config;
    private final List<@Nullable String> tokens;
    private final List<TokenType> types;
    private final Map<String, Integer> ids = new HashMap<>();

    private HuggingFaceTokenizerReader(Path file, JsonNode root, JsonNode config, int vocabSize) {
        this.file = file;
        this.root = root;
        this.config = config;
        this.tokens = new ArrayList<>(Collections.nCopies(vocabSize, null));
        this.types = new ArrayList<>(Collections.nCopies(vocabSize, TokenType.UNUSED));
    }

    /**
     * The tokeniser of a directory.
     *
     * @param vocabSize rows of the model's embedding; ids that the tokeniser does not use become unused tokens
     * @throws BadInputException where it is of another kind or does not fit the model
     */
    public static TokenizerData read(Path directory, int vocabSize) {
        Path file = directory.resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            boolean sentencePiece = Files.isRegularFile(directory.resolve("tokenizer.model"));
            throw new BadInputException(
                    file + ": no such file" + (sentencePiece ? "; " + TokenizerCheck.SUPPORTED : ""));
        }
        Path configFile = directory.resolve("tokenizer_config.json");
        JsonNode root = JsonFile.read(file);
        JsonNode config = Files.isRegularFile(configFile) ? JsonFile.read(configFile) : root.path("no config");
        return new HuggingFaceTokenizerReader(file, root, config, vocabSize).read();
    }

    /** The largest id of a directory's tokeniser, and one more. */
    public static int size(Path directory) {
        JsonNode root = JsonFile.read(directory.resolve("tokenizer.json"));
        int size = 0;
        for (JsonNode id : root.path("model").path("vocab")) {
            size = Math.max(size, id.asInt() + 1);
        }
        for (JsonNode token : root.path("added_tokens")) {
            size = Math.max(size, token.path("id").asInt() + 1);
        }
        return size;
    }

    private TokenizerData read() {
        return PieceReader.reads(root) ? pieces() : byteLevel();
    }

    private TokenizerData byteLevel() {
        JsonNode model = root.path("model");
        String type = model.path("type").asText("BPE");
        if (!type.equals("BPE") || model.path("byte_fallback").asBoolean()) {
            throw bad("a tokeniser of type " + type + " that cuts or normalises text in an unknown way; "
                    + TokenizerCheck.SUPPORTED);
        }
        checkNormalizer(root.path("normalizer"));
        PreTokenizer pre = preTokenizer();
        readVocabulary(model.path("vocab"));
        readAddedTokens(root.path("added_tokens"));
        return data(merges(model.path("merges")), pre.ggufName(), pre.addsBos(), specialId("unk_token"), null);
    }

    private TokenizerData pieces() {
        JsonNode model = root.path("model");
        readVocabulary(model.path("vocab"));
        for (int id = 0; id < tokens.size(); id++) {
            @Nullable String token = tokens.get(id);
            if (token != null && Pieces.byteValue(token) >= 0) {
                types.set(id, TokenType.BYTE);
            }
        }
        readAddedTokens(root.path("added_tokens"));
        @Nullable Integer unknown = ids.get(model.path("unk_token").asText());
        if (unknown != null) {
            types.set(unknown, TokenType.UNKNOWN);
        }
        for (int id = 0; id < tokens.size(); id++) {
            @Nullable String token = tokens.get(id);
            // Such tokens are looked for in text whose spaces are still spaces.
            if (token != null && types.get(id) == TokenType.USER_DEFINED) {
                tokens.set(id, token.replace(Pieces.SPACE, ' '));
            }
        }
        List<Float> scores = PieceReader.scores(filledTokens(), model.path("merges"));
        boolean prefix = Boolean.TRUE.equals(PieceReader.spacePrefix(root));
        return data(List.of(), Pieces.PRE, true, unknown, new Pieces(scores, prefix));
    }

    private TokenizerData data(
            List<String> merges, String pre, boolean addsBos, @Nullable Integer unknown, @Nullable Pieces pieces) {
        @Nullable Integer bos = specialId("bos_token");
        return new TokenizerData(
                filledTokens(),
                types,
                merges,
                pre,
                bos,
                specialId("eos_token"),
                specialId("pad_token"),
                unknown,
                bos != null && addBos(bos, addsBos),
                pieces);
    }

    /** NFC is done to all text before it gets here. */
    private void checkNormalizer(JsonNode normalizer) {
        if (normalizer.isObject() && !normalizer.path("type").asText().equals("NFC")) {
            throw bad("the normaliser " + normalizer.path("type").asText() + " is not supported; "
                    + TokenizerCheck.SUPPORTED);
        }
    }

    private PreTokenizer preTokenizer() {
        List<String> regexes = new ArrayList<>();
        boolean byteLevel = addSteps(root.path("pre_tokenizer"), regexes);
        @Nullable PreTokenizer pre = byteLevel ? PreTokenizer.ofRegexes(regexes) : null;
        if (pre == null) {
            throw bad("the pre_tokenizer is none of those known (SmolLM2, Llama 3, Qwen2.5, Mistral Nemo, GPT-2); "
                    + TokenizerCheck.SUPPORTED);
        }
        return pre;
    }

    /** Adds the regexes of a step; true where it ends with one that turns text into bytes. */
    private boolean addSteps(JsonNode step, List<String> regexes) {
        switch (step.path("type").asText()) {
            case "Sequence" -> {
                boolean byteLevel = false;
                for (JsonNode part : step.path("pretokenizers")) {
                    byteLevel = addSteps(part, regexes);
                }
                return byteLevel;
            }
            case "Digits" -> regexes.add(step.path("individual_digits").asBoolean() ? PreTokenizer.DIGIT : "unknown");
            case "Split" -> {
                boolean isolated = step.path("behavior").asText().equals("Isolated")
                        && !step.path("invert").asBoolean();
                regexes.add(isolated ? step.path("pattern").path("Regex").asText() : "unknown");
            }
            case "ByteLevel" -> {
                if (step.path("use_regex").asBoolean(true)) {
                    regexes.add(PreTokenizer.GPT_2);
                }
                return !step.path("add_prefix_space").asBoolean(true);
            }
            default -> regexes.add("unknown");
        }
        return false;
    }

    private void readVocabulary(JsonNode vocab) {
        for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
            put(entry.getKey(), entry.getValue(), TokenType.NORMAL);
        }
    }

    private void readAddedTokens(JsonNode added) {
        for (JsonNode token : added) {
            String text = token.path("content").asText();
            boolean control = token.path("special").asBoolean() || looksSpecial(text);
            boolean beyond = token.path("id").asInt() >= tokens.size();
            if (beyond && !ids.containsKey(text)) {
                // Of another part of the model, such as its vision.
                continue;
            }
            put(text, token.path("id"), control ? TokenType.CONTROL : TokenType.USER_DEFINED);
        }
    }

    /** What llama.cpp's converter takes for control tokens although the file does not say so. */
    private static boolean looksSpecial(String text) {
        return (text.startsWith("<|") && text.endsWith("|>"))
                || (text.startsWith("<unused") && text.endsWith(">"))
                || text.equals("<pad>")
                || text.equals("<mask>");
    }

    private void put(String text, JsonNode idNode, TokenType type) {
        int id = idNode.isInt() ? idNode.intValue() : -1;
        if (id < 0 || id >= tokens.size()) {
            throw bad("token \"" + text + "\" has the id " + idNode.asText() + ", the model has " + tokens.size()
                    + " rows of embeddings");
        }
        @Nullable String present = tokens.get(id);
        if (present != null && !present.equals(text)) {
            throw bad("two tokens have the id " + id);
        }
        tokens.set(id, text);
        types.set(id, type);
        ids.put(text, id);
    }

    private List<String> filledTokens() {
        List<String> filled = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            @Nullable String token = tokens.get(id);
            filled.add(token == null ? "[PAD" + id + "]" : token);
        }
        return filled;
    }

    private List<String> merges(JsonNode merges) {
        List<String> result = new ArrayList<>();
        for (JsonNode merge : merges) {
            result.add(
                    merge.isArray()
                            ? merge.path(0).asText() + " " + merge.path(1).asText()
                            : merge.asText());
        }
        return result;
    }

    /** The id of a token that the configuration names, as text or as an object with its content. */
    private @Nullable Integer specialId(String key) {
        JsonNode node = config.path(key);
        JsonNode text = node.isObject() ? node.path("content") : node;
        if (!text.isTextual()) {
            return null;
        }
        @Nullable Integer id = ids.get(text.asText());
        if (id == null) {
            throw bad("no token \"" + text.asText() + "\", which tokenizer_config.json calls " + key);
        }
        return id;
    }

    /** Llama 3 left it to the chat template at first, so that neither file says it. */
    private boolean addBos(int bos, boolean otherwise) {
        JsonNode asked = config.path("add_bos_token");
        return asked.isBoolean() ? asked.asBoolean() : putsFirst(root.path("post_processor"), bos) || otherwise;
    }

    /** Whether a post-processor's template for one text begins with the token. */
    private boolean putsFirst(JsonNode processor, int bos) {
        for (JsonNode part : processor.path("processors")) {
            if (putsFirst(part, bos)) {
                return true;
            }
        }
        JsonNode first = processor.path("single").path(0).path("SpecialToken").path("id");
        return first.isTextual() && ids.getOrDefault(first.asText(), -1) == bos;
    }

    private BadInputException bad(String what) {
        return new BadInputException(file + ": " + what);
    }
}
