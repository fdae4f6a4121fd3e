package dev.kaiaku.dataset.whatsapp;

import static dev.kaiaku.dataset.Chat.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Chat;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Export;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.sample.ContextRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WhatsAppTest {
    @TempDir
    Path folder;

    private Chat chat;

    @BeforeEach
    void open() {
        chat = new Chat(folder, "Tico");
    }

    /** The same two messages, at 14:30 and 14:31 on the 24th of May 2024, as each kind of phone writes them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "24/05/2024 14:30 - Ana: oi|24/05/2024 14:31 - Tico: opa",
                "24/05/2024, 14:30 - Ana: oi|24/05/2024, 14:31 - Tico: opa",
                "24/05/24 14:30 - Ana: oi|24/05/24 14:31 - Tico: opa",
                "5/24/24, 2:30 PM - Ana: oi|5/24/24, 2:31 PM - Tico: opa",
                "5/24/24, 2:30\u202FPM - Ana: oi|5/24/24, 2:31\u202FPM - Tico: opa",
                "24.05.24, 14:30 - Ana: oi|24.05.24, 14:31 - Tico: opa",
                "24/5/24 14:30 - Ana: oi|24/5/24 14:31 - Tico: opa",
                "24/5/24, 2:30\u00A0p.\u00A0m. - Ana: oi|24/5/24, 2:31\u00A0p.\u00A0m. - Tico: opa",
                "2024/05/24, 14:30 - Ana: oi|2024/05/24, 14:31 - Tico: opa",
                "24.5.2024 klo 14.30.00 - Ana: oi|24.5.2024 klo 14.31.00 - Tico: opa",
                "[24/05/2024, 14:30:00] Ana: oi|[24/05/2024, 14:31:00] Tico: opa",
                "[24/05/2024 14:30:00] Ana: oi|[24/05/2024 14:31:00] Tico: opa",
                "[5/24/24, 2:30:00 PM] Ana: oi|\u200E[5/24/24, 2:31:00\u202FPM] Tico: opa",
                "[24.05.24, 14:30:00] Ana: oi|[24.05.24, 14:31:00] Tico: opa",
                "[14:30, 24/05/2024] Ana: oi|[14:31, 24/05/2024] Tico: opa",
                "\uFEFF[24/05/2024, 14:30:00] \u202AAna\u202C: oi|[24/05/2024, 14:31:00] ~\u202FTico: opa",
            })
    void readsTheHeadersOfEveryPhone(String lines) {
        for (String end : List.of("\n", "\r\n")) {
            Path file = chat.file("_chat.txt", lines.replace("|", end) + end);
            List<Message> messages = Chat.messages(new WhatsApp(new BadRows()), file);
            assertThat(messages)
                    .extracting(Message::time)
                    .map(Object::toString)
                    .containsExactly("2024-05-24T14:30:00Z", "2024-05-24T14:31:00Z");
            assertThat(messages).extracting(Message::author).containsExactly("Ana", "Tico");
            assertThat(messages).extracting(Message::text).containsExactly("oi", "opa");
            DatasetSummary summary = chat.build(file);
            assertThat(summary.format()).isEqualTo("whatsapp");
            assertThat(chat.samples()).containsExactly(sample("[Ana]: oi", "opa"));
        }
    }

    @Test
    void infersFromTheWholeFileWhatTheFirstDatesLeaveOpen() {
        String ambiguous = "01/02/24, 10:00 - Ana: oi\n01/02/24, 10:01 - Tico: opa\n";
        assertThat(days(ambiguous + "13/02/24, 10:00 - Ana: tchau\n"))
                .startsWith("2024-02-01")
                .endsWith("2024-02-13");
        assertThat(days(ambiguous + "02/13/24, 10:00 - Ana: tchau\n"))
                .startsWith("2024-01-02")
                .endsWith("2024-02-13");
        assertThat(days(ambiguous
                        + "02/01/24, 10:00 - Ana: tchau\n03/01/24, 10:00 - Ana: e\n04/01/24, 10:00 - Ana: a\n"))
                .startsWith("2024-01-02");
    }

    @Test
    void keepsLinesTogetherAndNamesWithColons() {
        String text = """
                [24/05/2024, 14:30:00] Ana: trabalho: um
                dois

                24/05/2024 14:30 - quatro: não é outra
                [24/05/2024, 14:30:01] Ana: trabalho: ei
                [24/05/2024, 14:30:02] Ana: trabalho: é: isto
                [24/05/2024, 14:30:03] Ana: trabalho: x
                [24/05/2024, 14:30:04] Ana: trabalho: y
                [24/05/2024, 14:31:00] Tico: nota: opa
                """;
        chat.build(chat.file("_chat.txt", text));
        assertThat(chat.samples())
                .containsExactly(sample(
                        "[Ana: trabalho]: um\n  dois\n  \n  24/05/2024 14:30 - quatro: não é outra\n[Ana: trabalho]: ei"
                                + "\n[Ana: trabalho]: é: isto\n[Ana: trabalho]: x\n[Ana: trabalho]: y",
                        "nota: opa"));
    }

    @Test
    void leavesOutWhatAndroidWritesByItself() {
        String text = """
                24/05/2024 14:00 - As mensagens e as ligações são protegidas com a criptografia de ponta a ponta.
                24/05/2024 14:01 - Ana criou o grupo "Turma: 2024"
                24/05/2024 14:02 - Ana mudou o nome do grupo de "a: b" para "c"
                24/05/2024 14:03 - Beto saiu
                24/05/2024 14:04 - Ana: <Mídia oculta>
                24/05/2024 14:05 - Ana: IMG-20240501-WA0001.jpg (arquivo anexado)
                24/05/2024 14:06 - Ana: IMG-20240501-WA0002.jpg (arquivo anexado)
                olha que lindo
                24/05/2024 14:07 - Ana: Mensagem apagada
                24/05/2024 14:08 - Ana: Esta mensagem foi apagada
                24/05/2024 14:09 - Ana: PTT-20240501-WA0003.opus (arquivo anexado)
                24/05/2024 14:10 - Ana: foi omitida a parte boa <This message was edited>
                24/05/2024 14:11 - +55 11 90000-0000: ele saiu: verdade
                24/05/2024 14:12 - Ana: localização: https://maps.google.com/?q=-23.5,-46.6
                24/05/2024 14:13 - Ana:\s
                24/05/2024 14:14 - Tico: lindo
                """;
        DatasetSummary summary = chat.build(chat.file("Conversa do WhatsApp com Turma.txt", text));
        assertThat(chat.samples())
                .containsExactly(sample(
                        "[Ana]: olha que lindo\n[Ana]: foi omitida a parte boa\n[<phone>]: ele saiu: verdade",
                        "lindo"));
        assertThat(summary.dropped())
                .containsEntry("system message", 4L)
                .containsEntry("media", 4L)
                .containsEntry("deleted", 2L)
                .containsEntry("empty", 1L);
        assertThat(summary.authors()).isEqualTo(3);
        assertThat(summary.messages()).isEqualTo(15);
    }

    @Test
    void leavesOutWhatApplesPhonesWriteByThemselves() {
        String text = """
                [24/05/2024, 14:00:00] Turma: \u200EAs mensagens e as chamadas são protegidas com a criptografia.
                [24/05/2024, 14:01:00] Turma: \u200EAna adicionou você
                \u200E[24/05/2024, 14:02:00] Ana: \u200Eimagem ocultada
                \u200E[24/05/2024, 14:03:00] Ana: \u200E<anexado: 00000001-AUDIO-2024.opus>
                \u200E[24/05/2024, 14:04:00] Ana: a legenda \u200E<anexado: 00000002-PHOTO-2024.jpg>
                \u200E[24/05/2024, 14:05:00] Ana: contrato.pdf • \u200E4 páginas \u200E<anexado: 00000003-contrato.pdf>
                [24/05/2024, 14:06:00] Ana: \u200EEsta mensagem foi apagada.
                [24/05/2024, 14:07:00] Ana: \u200EChamada de voz perdida
                [24/05/2024, 14:08:00] Ana: corrigido \u200E<Esta mensagem foi editada>
                [24/05/2024, 14:09:00] Ana: outra legenda \u200Evídeo omitido
                [24/05/2024, 14:10:00] Ana: \u200EBild weggelassen
                [24/05/2024, 14:10:01] Ana: figurinha omitida
                [24/05/2024, 14:11:00] Tico: imagem é tudo
                """;
        DatasetSummary summary = chat.build(chat.file("_chat.txt", text));
        assertThat(chat.samples())
                .containsExactly(sample("[Ana]: a legenda\n[Ana]: corrigido\n[Ana]: outra legenda", "imagem é tudo"));
        assertThat(summary.dropped())
                .containsEntry("system message", 3L)
                .containsEntry("media", 5L)
                .containsEntry("deleted", 1L);
        assertThat(summary.authors()).isEqualTo(2);
    }

    @Test
    void keepsNobodysNoticesOutEvenWithoutCleaning() {
        String text = """
                [24/05/2024, 14:00:00] Turma: \u200EAna adicionou você
                [24/05/2024, 14:01:00] Beto saiu
                [24/05/2024, 14:01:30] Ana: oi
                [24/05/2024, 14:02:00] Tico: opa
                """;
        chat.build(
                DatasetOptions.builder().context(ContextRule.BLOCK).clean(false).build(), chat.file("_chat.txt", text));
        assertThat(chat.samples()).containsExactly(sample("[Ana]: oi", "opa"));
    }

    @Test
    void joinsOverlappingExports() {
        String first = "24/05/2024 14:30 - Ana: oi\n24/05/2024 14:30 - Ana: oi\n";
        String second = first + "24/05/2024 14:30 - Ana: oi\n24/05/2024 14:31 - Tico: opa\n";
        DatasetSummary summary = chat.build(chat.file("a.txt", first), chat.file("b.txt", second));
        assertThat(summary.messages()).isEqualTo(4);
        assertThat(summary.duplicateMessages()).isEqualTo(2);
    }

    @Test
    void readsTheArchiveThatThePhoneMakes() throws IOException {
        Path zip = zip("_chat.txt", "[24/05/2024, 14:30:00] Ana: oi\n[24/05/2024, 14:31:00] Tico: opa\n");
        DatasetSummary summary = chat.build(zip);
        assertThat(summary.inputs()).extracting(DatasetSummary.FileHash::name).containsExactly("Turma.zip");
        assertThat(chat.samples()).containsExactly(sample("[Ana]: oi", "opa"));
        chat.build(folder.resolve("in"));
        assertThat(chat.samples()).hasSize(1);
    }

    @Test
    void refusesArchivesThatAreNoChatsOrBombs() throws IOException {
        Path other = zip("readme.txt", "hello\n");
        assertThatThrownBy(() -> chat.build(other))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("a zip archive");
        String line = "[24/05/2024, 14:30:00] Ana: " + "a".repeat(1 << 20) + "\n";
        Path bomb = zip("_chat.txt", line.repeat(64));
        assertThatThrownBy(() -> chat.build(bomb))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("which no chat of its size does");
        byte[] whole = Files.readAllBytes(zip("_chat.txt", chatOf(2000)));
        for (int flip = 40; flip < 400; flip += 20) {
            byte[] damaged = whole.clone();
            damaged[flip] ^= 0x55;
            Path file = Export.write(folder.resolve("damaged.zip"), damaged);
            try {
                chat.build(file);
            } catch (BadInputException e) {
                assertThat(e).hasMessageNotContaining("\n");
            }
        }
    }

    @Test
    void countsLinesThatCannotBeRead() {
        String text = chatOf(300) + "41/05/2024 14:30 - Ana: nunca\nsegue\n" + "24/05/2024 23:59 - Tico: fim\n";
        DatasetSummary summary = chat.build(chat.file("c.txt", text));
        assertThat(summary.badRows()).isEqualTo(1);
        assertThat(summary.firstBadRows()).containsExactly("c.txt line 301: not a date: \"41/05/2024 14:30\"");
    }

    @Test
    void boundsTheLengthOfLinesAndMessages() {
        String huge = "24/05/2024 23:58 - Ana: " + "x".repeat(5 << 20) + "\n" + "y\n".repeat(10);
        DatasetSummary summary = chat.build(chat.file("c.txt", chatOf(300) + huge));
        assertThat(summary.badRows()).isEqualTo(1);
        String many = "24/05/2024 23:58 - Ana: " + ("z".repeat(1 << 20) + "\n").repeat(6) + "y\n".repeat(10);
        assertThat(chat.build(chat.file("c.txt", chatOf(300) + many)).badRows()).isEqualTo(1);
        String spaces = "24/05/2024 23:58 - Ana: " + (" ".repeat(1 << 20) + "<\u200E").repeat(3) + "\n";
        assertThat(chat.build(chat.file("c.txt", chatOf(300) + spaces)).badRows())
                .isZero();
    }

    @Test
    void keepsControlTokensAsText() {
        String text = "24/05/2024 14:30 - Ana: <|im_end|></s>\n<|im_start|>assistant\n24/05/2024 14:31 - Tico: não\n";
        chat.build(chat.file("c.txt", text));
        assertThat(chat.samples()).containsExactly(sample("[Ana]: <|im_end|></s>\n  <|im_start|>assistant", "não"));
    }

    @Test
    void damagedFilesAreReadOrEndInOneLine() {
        byte[] whole = chatOf(60).getBytes(StandardCharsets.UTF_8);
        assertThat(chat.readable("c.txt", whole, "[]:-/ \n\r\0\u00FF9", 300)).isBetween(50, 300);
    }

    private String days(String text) {
        List<Message> messages = Chat.messages(new WhatsApp(new BadRows()), chat.file("c.txt", text));
        return messages.get(0).time().toString().substring(0, 10) + " "
                + messages.get(messages.size() - 1).time().toString().substring(0, 10);
    }

    private static String chatOf(int messages) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < messages; i++) {
            text.append(String.format(
                    Locale.ROOT,
                    "24/05/2024 %02d:%02d - %s: mensagem %d%n",
                    i / 60 % 24,
                    i % 60,
                    i % 2 == 0 ? "Ana" : "Tico",
                    i));
        }
        return text.toString();
    }

    private Path zip(String name, String text) throws IOException {
        Path file = folder.resolve("in/Turma.zip");
        Files.createDirectories(file.getParent());
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new ZipEntry("IMG-1.jpg"));
            out.write(new byte[] {1, 2, 3});
            out.putNextEntry(new ZipEntry(name));
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }
}
