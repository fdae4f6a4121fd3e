package dev.kaiaku.dataset.csv;

import static dev.kaiaku.dataset.Chat.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Chat;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.sample.ContextRule;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlainCsvTest {
    @TempDir
    Path folder;

    private Chat chat;

    @BeforeEach
    void open() {
        chat = new Chat(folder, "tico");
    }

    @Test
    void readsTheColumnsNamed() {
        Path file = chat.file("log.csv", """
                when,who,room,said,nick
                2024-05-24 14:30:00,7,a,"oi, ""gente""
                tudo bem?",Ana
                2024-05-24 14:31:00,8,a,opa,tico
                2024-05-24 14:31:05,7,b,outra sala,Ana
                """);
        DatasetSummary summary = chat.build(options("author=who,time=when,text=said,name=nick,channel=room"), file);
        assertThat(summary.format()).isEqualTo("csv");
        assertThat(chat.samples()).containsExactly(sample("[Ana]: oi, \"gente\"\n  tudo bem?", "opa"));
    }

    @Test
    void knowsTablesWhoseColumnsNeedNoNames() {
        Path file = chat.file("log.csv", """
                Author,Time,Text
                Ana,24/05/2024 14:30,oi
                tico,25/05/2024 14:29,x
                Ana,25/05/2024 14:30,oi
                tico,25/05/2024 14:31,opa
                """);
        chat.build(file);
        assertThat(chat.samples()).containsExactly(sample("[Ana]: oi", "opa"));
    }

    @Test
    void countsRowsThatAreWrong() {
        StringBuilder text = new StringBuilder("author,time,text\n");
        for (int i = 0; i < 300; i++) {
            text.append(i % 2 == 0 ? "Ana" : "tico")
                    .append(",17164")
                    .append(10000 + i)
                    .append(",m")
                    .append(i)
                    .append('\n');
        }
        Path file = chat.file("log.csv", text + "Ana,soon,x\n,1716410000,x\n");
        DatasetSummary summary = chat.build(file);
        assertThat(summary.firstBadRows())
                .containsExactly("log.csv line 302: not a date: \"soon\"", "log.csv line 303: no author");
    }

    @Test
    void saysWhichColumnIsMissing() {
        Path file = chat.file("log.csv", "who,when,said\nAna,1716410000,oi\n");
        assertThatThrownBy(() -> chat.build(options("author=who,time=date,text=said"), file))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no column \"date\" in the first line, which has who, when, said");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "author=a", "author=a,time=b,text=", "author=a,time=b,text=c,x=d", "a,b,c"})
    void saysHowColumnsAreNamed(String columns) {
        assertThatThrownBy(() -> CsvColumns.parse(columns))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected author=COLUMN,time=COLUMN,text=COLUMN");
    }

    private static DatasetOptions options(String columns) {
        return DatasetOptions.builder()
                .columns(CsvColumns.parse(columns))
                .context(ContextRule.BLOCK)
                .build();
    }
}
