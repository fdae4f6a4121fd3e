package dev.kaiaku.dataset.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.input.BadRows;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CsvRowsTest {
    private static final List<String> PARTS =
            List.of(",", ",", "\n", "\r\n", ",\"a\"\"b\nç,\",", "\n\"\",", "w", "ó😂x", ";", "\t 1");

    @TempDir
    Path folder;

    @Test
    void readsWhatAnotherReaderReads() throws IOException {
        Random random = new Random(7);
        int compared = 0;
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder();
            // Some files are longer than the buffer, so that every kind of byte stands at its end.
            int length = round % 100 == 0 ? 140_000 : random.nextInt(60);
            while (text.length() < length) {
                boolean broken = round % 2 == 1 && random.nextInt(20) == 0;
                text.append(broken ? "\"" : PARTS.get(random.nextInt(PARTS.size())));
            }
            Path file = write("table.csv", text.toString());
            List<List<String>> expected;
            try (CsvReader<CsvRecord> reader = CsvReader.builder()
                    .allowUnclosedQuote(false)
                    .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                    .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                    .ofCsvRecord(text.toString())) {
                expected = reader.stream().map(CsvRecord::getFields).toList();
            } catch (CsvParseException e) {
                BadRows bad = new BadRows();
                rows(file, bad);
                assertThat(bad.count()).isPositive();
                continue;
            }
            assertThat(rows(file, new BadRows())).isEqualTo(expected);
            compared++;
        }
        assertThat(compared).isBetween(1_500, 2_999);
    }

    @Test
    void tellsTheLineOfEveryRow() throws IOException {
        Path file = write("table.csv", "\uFEFFa,b\r\n\r\n\"x\ny\",\"\"\"\"\nlast,");
        try (CsvRows rows = CsvRows.ofTable(file, new BadRows())) {
            List<String> found = new ArrayList<>();
            for (CsvRow row = rows.next(); row != null; row = rows.next()) {
                found.add(row.line() + " " + row.field(0) + "|" + row.field(1));
            }
            assertThat(found).containsExactly("1 a|b", "3 x\ny|\"", "5 last|");
        }
    }

    @Test
    void passesOverARowThatNoMemoryHolds() throws IOException {
        byte[] megabyte = new byte[1 << 20];
        Arrays.fill(megabyte, (byte) 'k');
        Path file = folder.resolve("geral.csv");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write("AuthorID,Content\n1,oi\n2,\"".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 64; i++) {
                out.write(megabyte);
            }
            out.write("\",\n3,opa\n4,".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 64; i++) {
                out.write(megabyte);
            }
        }
        BadRows bad = new BadRows();
        assertThat(rows(file, bad))
                .containsExactly(List.of("AuthorID", "Content"), List.of("1", "oi"), List.of("3", "opa"));
        assertThat(bad.first())
                .containsExactly(
                        "geral.csv line 3: a row of more than 4 MiB", "geral.csv line 5: a row of more than 4 MiB");
    }

    @Test
    void countsTheLinesThatABrokenRowSwallowed() throws IOException {
        BadRows bad = new BadRows();
        assertThat(rows(write("geral.csv", "1,a\n2,\"b\nc\nd\n"), bad)).hasSize(1);
        assertThat(bad.count()).isEqualTo(3);
        bad = new BadRows();
        assertThat(rows(write("geral.csv", "1,a\n2,\"b\nc\nd"), bad)).hasSize(1);
        assertThat(bad.count()).isEqualTo(3);
        assertThat(bad.first()).containsExactly("geral.csv line 2: unbalanced quotes");
    }

    @Test
    void givesUpAFileOfBrokenRows() throws IOException {
        Path file = write("geral.csv", "1,\"a\"b\n".repeat(200));
        assertThatThrownBy(() -> rows(file, new BadRows()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("geral.csv line 101: more than 100 rows that cannot be read (unbalanced quotes)");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static List<List<String>> rows(Path file, BadRows bad) {
        List<List<String>> all = new ArrayList<>();
        try (CsvRows rows = new CsvRows(file, bad)) {
            for (CsvRow row = rows.next(); row != null; row = rows.next()) {
                List<String> fields = new ArrayList<>();
                for (int i = 0; i < row.count(); i++) {
                    fields.add(row.field(i));
                }
                all.add(fields);
            }
        }
        return all;
    }
}
