package dev.kaiaku.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
    private static final TokenizerData LEARNED = TinyTokenizer.learn("oi tudo bem tudo bom ".repeat(10), 20);
    private static final int SIZE = LEARNED.tokens().size();

    @TempDir
    Path directory;

    private void change(String file, String present, String instead) throws IOException {
        Path path = directory.resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(present);
        Files.writeString(path, text.replace(present, instead));
    }

    private static TokenizerData withPre(String pre) {
        return new TokenizerData(LEARNED.tokens(), LEARNED.types(), LEARNED.merges(), pre, null, 2, 0, null, false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "smollm", "qwen2", "llama-bpe", "tekken", "default"})
    void filesHoldTheSameTokeniser(String pre) {
        TokenizerData data = withPre(pre);
        HuggingFaceTokenizerWriter.write(data, 128, directory);
        assertThat(HuggingFaceTokenizerReader.read(directory, SIZE)).isEqualTo(data);
    }

    @Test
    void textComesBackFromItsTokens() {
        try (Tokenizer tokenizer = Tokenizer.of(LEARNED, "test")) {
            for (String text : List.of("", "tudo bem", "ção 🙂 日本\n\t", "\u0000\u0001", "<|im_end|>")) {
                assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
            }
            assertThat(tokenizer.encode("tudo tudo")).hasSizeLessThan(5);
            assertThat(tokenizer.decode(tokenizer.encode("a\uD83D"))).isEqualTo("a?");
        }
    }

    @Test
    void plainTextNeverHoldsControlTokens() {
        try (Tokenizer tokenizer = Tokenizer.of(LEARNED, "test")) {
            assertThat(tokenizer.controlTexts()).containsExactly("<|endoftext|>", "<|im_start|>", "<|im_end|>");
            for (String control : tokenizer.controlTexts()) {
                int id = tokenizer.controlId(control).orElseThrow();
                assertThat(tokenizer.encode("a" + control + "b")).doesNotContain(id);
                assertThat(tokenizer.decode(new int[] {id})).isEmpty();
            }
            assertThat(tokenizer.controlId("tudo")).isEmpty();
        }
    }

    @Test
    void manyThreadsGetTheSameTokens() {
        try (Tokenizer tokenizer = Tokenizer.of(LEARNED, "test")) {
            List<String> texts = IntStream.range(0, 2000)
                    .mapToObj(i -> "tudo " + i + " bem 🙂")
                    .toList();
            List<int[]> alone = texts.stream().map(tokenizer::encode).toList();
            List<int[]> together = texts.parallelStream().map(tokenizer::encode).toList();
            for (int i = 0; i < texts.size(); i++) {
                assertThat(together.get(i)).isEqualTo(alone.get(i));
            }
        }
    }

    @Test
    void rowsWithoutTokensBecomeUnused() {
        HuggingFaceTokenizerWriter.write(LEARNED, 128, directory);
        TokenizerData data = HuggingFaceTokenizerReader.read(directory, SIZE + 2);
        assertThat(data.tokens()).hasSize(SIZE + 2).endsWith("[PAD" + SIZE + "]", "[PAD" + (SIZE + 1) + "]");
        assertThat(data.types()).endsWith(TokenType.UNUSED, TokenType.UNUSED);
    }

    @Test
    void addedTokensAreControlOrUserDefined() throws IOException {
        HuggingFaceTokenizerWriter.write(LEARNED, 128, directory);
        change("tokenizer.json", "\"special\":true", "\"special\":false");
        change(
                "tokenizer.json",
                "\"added_tokens\":[",
                "\"added_tokens\":[{\"id\":" + SIZE + ",\"content\":\"<think>\",\"special\":false},");
        TokenizerData data = HuggingFaceTokenizerReader.read(directory, SIZE + 1);
        assertThat(data.types().get(1)).isEqualTo(TokenType.CONTROL);
        assertThat(data.types().get(SIZE)).isEqualTo(TokenType.USER_DEFINED);
        assertThat(data.addedTexts()).contains("<think>", "<|im_end|>");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            "bos_token": "<|im_start|>", "add_bos_token": true ; null ; true
            "bos_token": "<|im_start|>", "add_bos_token": false ; [{"SpecialToken":{"id":"<|im_start|>"}}] ; false
            "bos_token": {"content": "<|im_start|>"} ; [{"SpecialToken":{"id":"<|im_start|>"}},{"Sequence":{}}] ; true
            "bos_token": "<|im_start|>" ; [{"Sequence":{}}] ; false
            "bos_token": null, "add_bos_token": true ; null ; false
            """)
    void bosIsAskedForByConfigOrPostProcessor(String config, String single, boolean expected) throws IOException {
        HuggingFaceTokenizerWriter.write(LEARNED, 128, directory);
        Files.writeString(directory.resolve("tokenizer_config.json"), "{" + config + "}");
        change(
                "tokenizer.json",
                "\"decoder\"",
                "\"post_processor\":{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"},"
                        + "{\"type\":\"TemplateProcessing\",\"single\":" + single + "}]},\"decoder\"");
        assertThat(HuggingFaceTokenizerReader.read(directory, SIZE).addBos()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            "type":"BPE" ; "type":"Unigram" ; tokeniser of type Unigram
            "ignore_merges":false ; "ignore_merges":false,"byte_fallback":true ; normalises text in an unknown way
            "decoder" ; "normalizer":{"type":"Lowercase"},"decoder" ; normaliser Lowercase
            "individual_digits":true ; "individual_digits":false ; pre_tokenizer is none of those known
            "type":"Split" ; "type":"Metaspace" ; pre_tokenizer is none of those known
            "add_prefix_space":false ; "add_prefix_space":true ; pre_tokenizer is none of those known
            "<|im_end|>":2 ; "<|im_end|>":1 ; two tokens have the id 1
            "<|im_end|>":2 ; "<|im_end|>":-2 ; has the id -2
            """)
    void whatIsNoByteLevelBpeIsRefused(String present, String instead, String message) throws IOException {
        HuggingFaceTokenizerWriter.write(LEARNED, 128, directory);
        change("tokenizer.json", present, instead);
        assertThatThrownBy(() -> HuggingFaceTokenizerReader.read(directory, SIZE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("tokenizer.json: ")
                .hasMessageContaining(message);
    }

    @Test
    void brokenVocabulariesNeverReachNativeCode() {
        refused(List.of("a"), List.of("x"), "merge 0 is not two tokens");
        refused(List.of("a"), List.of("a b"), "merge 0 is of tokens that are not in the vocabulary");
        refused(List.of("a", "a"), List.of(), "is empty or there twice");
        refused(List.of("a"), List.of(), "only 1 of the 256 bytes have a token");
    }

    private static void refused(List<String> tokens, List<String> merges, String message) {
        List<String> all = new ArrayList<>(tokens);
        if (!merges.isEmpty()) {
            LEARNED.tokens().stream().filter(token -> !all.contains(token)).forEach(all::add);
            all.remove("ab");
        }
        List<TokenType> types = all.stream().map(token -> TokenType.NORMAL).toList();
        TokenizerData data = new TokenizerData(all, types, merges, "gpt-2", null, null, null, null, false);
        assertThatThrownBy(() -> Tokenizer.of(data, "base").close())
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("base: ")
                .hasMessageContaining(message);
    }
}
