package dev.kaiaku.dataset.scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ScrubberTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "me manda em ana@exemplo.com.br blz | me manda em <email> blz",
                "ana arroba gmail ponto com | <email>",
                "liga (11) 98765-4321 ou (21) 99876-5432 | liga <phone> ou <phone>",
                "11 98765-4321 11 91234-5678 | <phone> <phone>",
                "cpf 529.982.247-25 ok | cpf <cpf> ok",
                "cnpj 12.ABC.345/01DE-35 novo | cnpj <cnpj> novo",
                "na rua Augusta, 1200 apto 42, às 20h | na <address>, às 20h",
                "ssh root@203.0.113.77 | ssh root@<ip>",
                "http://10.0.0.7/x (só aqui) | <private link> (só aqui)",
                "(https://discord.gg/abc123) | (<private link>)",
                "https://example.com/foto?id=4111111111111111 | https://example.com/foto?id=4111111111111111",
                "https://example.com/?mail=ana@exemplo.com.br | https://example.com/?mail=<email>",
                "git clone git@github.com:a/b.git | git clone git@github.com:a/b.git",
                "8.8.8.8 e 127.0.0.1 | 8.8.8.8 e 127.0.0.1",
                "<email> e <phone> | <email> e <phone>"
            })
    void putsTheTypeInPlaceOfTheValue(String text, String scrubbed) {
        assertThat(new Scrubber().scrub(text, new ScrubCounts())).isEqualTo(scrubbed);
    }

    @Test
    void handsBackTheSameTextWhereItFindsNothing() {
        String text = new String("bora 20h? placar 3x1, custou R$ 1.299,90");
        assertThat(new Scrubber().scrub(text, new ScrubCounts())).isSameAs(text);
    }

    @Test
    void countsByTypeAndShowsOnlyShapes() {
        ScrubCounts counts = new ScrubCounts();
        new Scrubber().scrub("ana.souza@exemplo.com.br e +55 11 98765-4321", counts);
        new Scrubber().scrub("beto@exemplo.com.br", counts);
        assertThat(counts.counts()).containsOnly(java.util.Map.entry("email", 2L), java.util.Map.entry("phone", 1L));
        assertThat(counts.examples().get("email")).containsExactly("a••.•••••@•••••••.•••.••", "b•••@•••••••.•••.••");
        assertThat(counts.examples().get("phone")).containsExactly("+•• •• •••••-••••");
    }

    @Test
    void findsTheGroupsOwnWordsInAnyCaseAndWithoutTheirAccents() throws IOException {
        Path words = Files.writeString(folder.resolve("words.txt"), "# nossa turma\nZé do Pão\n\nfirma\n");
        Scrubber scrubber = new Scrubber(words);
        assertThat(scrubber.scrub("o ze do pao e a FIRMA, não a firmada", new ScrubCounts()))
                .isEqualTo("o <private> e a <private>, não a firmada");
    }

    @Test
    void namesTheLineOfAListThatIsNoWord() throws IOException {
        Path words = Files.writeString(folder.resolve("words.txt"), "casa\n---\n");
        assertThatThrownBy(() -> new Scrubber(words))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("words.txt line 2");
        assertThatThrownBy(() -> new Scrubber(folder.resolve("none.txt")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no such file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "1 ",
                "1-",
                "1.",
                "a@",
                "a.",
                "https://x)",
                "eyJ-",
                "rua a 1 ",
                "12 a street ",
                "senha ",
                "a:",
                "::1",
                "token=",
                "(1",
                "+1",
                "A1",
                "1,",
                "rua ",
                "<|im_start|>",
                "\uD800",
                "x1_",
                "www.",
                "discord.gg/",
                "straße 1"
            })
    void takesTimeThatGrowsWithTheText(String piece) {
        String text = piece.repeat(300_000 / piece.length());
        List<Finding> found = new Scrubber().find(text);
        for (int i = 1; i < found.size(); i++) {
            assertThat(found.get(i).start())
                    .isGreaterThanOrEqualTo(found.get(i - 1).end());
        }
    }
}
