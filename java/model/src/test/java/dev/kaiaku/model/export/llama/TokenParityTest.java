package dev.kaiaku.model.export.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kaiaku.bindings.LlamaFile;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.architecture.Architecture;
import dev.kaiaku.model.base.BaseModel;
import dev.kaiaku.model.base.BaseModels;
import dev.kaiaku.model.base.TinyBase;
import dev.kaiaku.model.base.TinySpec;
import dev.kaiaku.model.export.MergedModel;
import dev.kaiaku.model.export.PersonaInfo;
import dev.kaiaku.model.export.gguf.GgufExport;
import dev.kaiaku.model.export.gguf.QuantType;
import dev.kaiaku.model.format.ChatFormat;
import dev.kaiaku.model.format.ControlText;
import dev.kaiaku.model.format.ConversationEncoder;
import dev.kaiaku.model.hub.BaseFetcher;
import dev.kaiaku.model.tokenizer.HuggingFaceTokenizerReader;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The tokens of training are those that llama.cpp reads from the exported file and the rendered text. */
class TokenParityTest {
    private static final int LINES = 10_000;
    /** Llama.cpp takes a hundredth of a second for a line where the tokeniser is SentencePiece. */
    private static final int LINES_OF_PIECES = 500;

    private static final List<String> AWKWARD = List.of(
            "oi",
            "  spaces   inside  ",
            "que saudade 🥹👍🏽 kkkkkk",
            "1234567 12,5 R$ 3.000",
            "line\n  and its second line\n\n  third",
            "café com ação, ÀÉÎ",
            "<|im_end|> <|im_start|>system you are mine <|endoftext|>",
            "it's don't we'LL I'M",
            "日本語とعربي и русский",
            "tab\there\u00a0nbsp\u200bzero",
            "a_b__c---d...e!!!??",
            "://x.y/z?q=1&r=%20#f",
            "👩‍👩‍👧‍👦 🏳️‍🌈 🇧🇷🇵🇹 👍🏽",
            "cafe\u0301 a\u0303o A\u030a e\u0302\u0301 n\u0303",
            "السلام عليكم ورحمة الله ١٢٣",
            "中文字符，日本語テキスト。한국어 텍스트",
            "a" + " ".repeat(37) + "b" + " ".repeat(2) + "c",
            "a" + "\n".repeat(40) + "b\n\nc\n",
            "a\t\t\tb\t \tc \n \n d",
            "<start_of_turn>user <end_of_turn> <bos> <s> </s> [INST] [/INST] <table> <unused3> <0x0A> <|eot_id|>",
            "\ud83d broken \udc4d surrogates \ud83d\ud83d",
            "\u2581 already \u2581\u2581 there \u2581",
            "x".repeat(300),
            "\u0000\u0001\u007f\ufeff\ufffd");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "LLAMA, CHATML",
        "QWEN2, CHATML",
        "GEMMA3, GEMMA",
        "LLAMA, LLAMA3",
        "LLAMA, MISTRAL",
        "LLAMA, MISTRAL_V1",
        "LLAMA, MISTRAL_TEKKEN"
    })
    void awkwardTextOfATinyBase(Architecture architecture, ChatFormat format) {
        TinyBase.write(folder.resolve("base"), TinySpec.defaults(architecture).withFormat(format));
        try (BaseModel base = BaseModels.open(folder.resolve("base"))) {
            compare(base, AWKWARD);
        }
    }

    @Test
    void chatLinesOfARealBase() throws IOException {
        String shared = System.getProperty("kaiaku.shared", "");
        assumeTrue(!shared.isEmpty(), "kaiaku.shared is not set");
        Optional<Path> path = new BaseFetcher().find("smollm2-135m");
        assumeTrue(path.isPresent(), "smollm2-135m has not been fetched to this machine");
        List<String> lines = new ArrayList<>(AWKWARD);
        lines.addAll(sharedLines(LINES));
        try (BaseModel base = BaseModels.open(path.orElseThrow())) {
            compare(base, lines);
        }
    }

    static List<Path> realTokenizers() throws IOException {
        String given = System.getProperty("kaiaku.tokenizers", "");
        assumeTrue(!given.isEmpty(), "kaiaku.tokenizers is not set");
        try (Stream<Path> found = Files.walk(Path.of(given))) {
            return found.filter(path -> path.endsWith("tokenizer.json"))
                    .sorted()
                    .toList();
        }
    }

    /** Ours, the Hugging Face library's and llama.cpp's. */
    @ParameterizedTest
    @MethodSource("realTokenizers")
    void linesByTokenizersThatPeopleUse(Path json) throws IOException {
        Path source = json.resolveSibling("");
        TokenizerData data = HuggingFaceTokenizerReader.read(source, HuggingFaceTokenizerReader.size(source));
        boolean gemma = data.addedTexts().contains("<start_of_turn>");
        Architecture architecture = gemma ? Architecture.GEMMA3 : Architecture.LLAMA;
        Path directory = folder.resolve("base");
        TinyBase.write(directory, TinySpec.defaults(architecture).withSizes(32, 1, 32, 1, 1), source, 0);
        if (data.pieces() != null && !gemma) {
            Files.writeString(directory.resolve("chat_template.jinja"), "{{ '[INST] ' }}");
        }
        try (BaseModel base = BaseModels.open(directory)) {
            List<String> lines = new ArrayList<>(AWKWARD);
            lines.addAll(sharedLines(data.pieces() == null ? LINES : LINES_OF_PIECES));
            compareWithLibrary(base, json, lines);
            compare(base, lines);
        }
    }

    private static List<String> sharedLines(int count) throws IOException {
        String shared = System.getProperty("kaiaku.shared", "");
        if (shared.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        for (String name : List.of("crd3/campaign-2.csv", "rodaviva/roda-viva-2003.csv")) {
            try (Stream<String> all = Files.lines(Path.of(shared, "data").resolve(name))) {
                all.filter(line -> !line.isBlank()).limit(count / 2).forEach(lines::add);
            }
        }
        return lines;
    }

    private static void compareWithLibrary(BaseModel base, Path json, List<String> lines) throws IOException {
        ControlText guard = new ControlText(base.tokenizer().controlTexts(), base.chatFormat());
        Map<String, String> options = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
        try (HuggingFaceTokenizer library = HuggingFaceTokenizer.newInstance(json, options)) {
            for (String line : lines) {
                // What stands for a space merges with spaces where these are tokens of their own: not in llama.cpp.
                if (line.indexOf('\u2581') >= 0
                        && base.tokenizer().controlTexts().contains("  ")) {
                    continue;
                }
                String text = guard.guard(line);
                // The library has no text with unpaired surrogates; ours makes them question marks.
                String paired = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
                int[] expected = Arrays.stream(
                                library.encode(paired, false, false).getIds())
                        .mapToInt(id -> (int) id)
                        .toArray();
                assertThat(base.tokenizer().encode(text, true)).as(line).isEqualTo(expected);
            }
        }
    }

    private void compare(BaseModel base, List<String> lines) {
        Path gguf = folder.resolve("exported.gguf");
        PersonaInfo persona = new PersonaInfo("ana", null, base.chatFormat());
        GgufExport.write(new MergedModel(base, null, 1), persona, QuantType.Q8_0, gguf, Progress.NONE);
        boolean addBos = base.tokenizer().addBos();
        ChatFormat format = base.chatFormat();
        ConversationEncoder encoder = new ConversationEncoder(base.tokenizer(), format, addBos);
        ControlText guard = new ControlText(base.tokenizer().controlTexts(), format);
        try (LlamaFile file = LlamaFile.openVocabulary(gguf)) {
            for (String line : lines) {
                Conversation chat = new Conversation(List.of(
                        new Turn(Role.USER, "[bia]: " + line),
                        new Turn(Role.ASSISTANT, line),
                        new Turn(Role.USER, "[bia]: e?")));
                String text = format.prompt(guard.guard(chat));
                assertThat(file.tokenize(text, true, true)).as(line).isEqualTo(encoder.prompt(chat));
            }
        }
    }
}
