package dev.kaiaku.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.model.tokenizer.HuggingFaceTokenizerWriter;
import dev.kaiaku.model.tokenizer.TinyTokenizer;
import dev.kaiaku.model.tokenizer.TokenType;
import dev.kaiaku.model.tokenizer.Tokenizer;
import dev.kaiaku.model.tokenizer.TokenizerData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConversationEncoderTest {
    private static final String TEXT =
            "oi ana, tudo bem? the user and the assistant said \n\n so   many  things ".repeat(9);
    private static final List<String> PARTS = List.of(
            "oi",
            " ",
            "\n",
            "\n\n",
            "[ana]:",
            "\u00a0",
            "\t",
            "é",
            "e\u0301",
            "🙂",
            "12",
            "'s",
            "don't",
            "?!",
            "user",
            "<|im_end|>",
            "<|eot_id|>",
            "<think>",
            "<",
            "\r\n",
            "日本",
            "\u200b",
            "_");

    @TempDir
    Path directory;

    /** A learned tokeniser with the control tokens of both formats, a user-defined one, and a rule of choice. */
    private static TokenizerData data(String pre) {
        TokenizerData learned = TinyTokenizer.learn(TEXT, 60);
        List<String> tokens = new ArrayList<>(learned.tokens());
        List<TokenType> types = new ArrayList<>(learned.types());
        for (String control : List.of("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|begin_of_text|>")) {
            tokens.add(control);
            types.add(TokenType.CONTROL);
        }
        tokens.add("<think>");
        types.add(TokenType.USER_DEFINED);
        int bos = tokens.indexOf("<|begin_of_text|>");
        return new TokenizerData(tokens, types, learned.merges(), pre, bos, 2, 0, null, true);
    }

    private static Conversation randomConversation(Random random) {
        List<Turn> turns = new ArrayList<>();
        for (int n = random.nextInt(5); n >= 0; n--) {
            StringBuilder text = new StringBuilder();
            for (int k = random.nextInt(8); k > 0; k--) {
                text.append(PARTS.get(random.nextInt(PARTS.size())));
            }
            turns.add(new Turn(random.nextBoolean() ? Role.USER : Role.ASSISTANT, text.toString()));
        }
        return new Conversation(turns);
    }

    /** Pieces one by one must give what any program gets that tokenises the rendered text with control tokens on. */
    @ParameterizedTest
    @CsvSource({
        "CHATML, gpt-2",
        "CHATML, smollm",
        "CHATML, qwen2",
        "CHATML, llama-bpe",
        "CHATML, tekken",
        "CHATML, default",
        // The other rules part the two newlines before a turn's text; no Llama 3 uses them.
        "LLAMA3, llama-bpe",
        "LLAMA3, qwen2",
        "LLAMA3, tekken"
    })
    void tokensEqualThoseOfTheWholeText(ChatFormat format, String pre) throws IOException {
        TokenizerData data = data(pre);
        HuggingFaceTokenizerWriter.write(data, 512, directory);
        Random random = new Random(3);
        try (Tokenizer tokenizer = Tokenizer.of(data, "test");
                HuggingFaceTokenizer whole = HuggingFaceTokenizer.newInstance(
                        directory.resolve("tokenizer.json"), Map.of("addSpecialTokens", "false"))) {
            ControlText controlText = new ControlText(tokenizer.controlTexts(), format);
            ConversationEncoder encoder = new ConversationEncoder(tokenizer, format, false);
            for (int i = 0; i < 400; i++) {
                Conversation conversation = randomConversation(random);
                Conversation guarded = controlText.guard(conversation);
                String prompt = format.prompt(guarded);
                assertThat(encoder.prompt(conversation)).as(prompt).isEqualTo(ids(whole, prompt));
                String text = format.render(guarded, false).stream()
                        .map(Segment::text)
                        .collect(Collectors.joining());
                assertThat(encoder.encode(conversation).tokens()).as(text).isEqualTo(ids(whole, text));
            }
        }
    }

    private static int[] ids(HuggingFaceTokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.encode(text, false, false).getIds())
                .mapToInt(id -> (int) id)
                .toArray();
    }

    @Test
    void targetsAreExactlyTheLearnedRepliesWithTheirEnds() {
        Conversation conversation = new Conversation(List.of(
                new Turn(Role.USER, "[ana]: oi"),
                new Turn(Role.ASSISTANT, "antes", false),
                new Turn(Role.USER, "[bia]: the user"),
                new Turn(Role.ASSISTANT, " opa <|im_end|> kk\n"),
                new Turn(Role.ASSISTANT, "")));
        try (Tokenizer tokenizer = Tokenizer.of(data("smollm"), "test")) {
            for (ChatFormat format : List.of(ChatFormat.CHATML, ChatFormat.LLAMA3)) {
                EncodedConversation encoded = new ConversationEncoder(tokenizer, format, true).encode(conversation);
                List<Integer> learned = new ArrayList<>();
                for (int i = 0; i < encoded.tokens().length; i++) {
                    if (encoded.targets()[i]) {
                        learned.add(encoded.tokens()[i]);
                    }
                }
                int end = tokenizer.controlId(format.endOfTurn()).orElseThrow();
                List<Integer> expected = Arrays.stream(tokenizer.encode("opa < |im_end|> kk"))
                        .boxed()
                        .collect(Collectors.toList());
                expected.add(end);
                expected.add(end);
                assertThat(learned).isEqualTo(expected);
                assertThat(encoded.targetCount()).isEqualTo(expected.size());
                assertThat(encoded.tokens()[0]).isEqualTo(tokenizer.bosId().orElseThrow());
                assertThat(encoded.targets()[0]).isFalse();
                assertThat(encoded.tokens()[encoded.tokens().length - 1]).isEqualTo(end);
                assertThat(Arrays.stream(encoded.tokens())
                                .filter(id -> id == tokenizer.bosId().orElseThrow()))
                        .hasSize(1);
            }
        }
    }
}
