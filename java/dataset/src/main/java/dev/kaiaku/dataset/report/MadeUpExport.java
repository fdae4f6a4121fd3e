package dev.kaiaku.dataset.report;

import dev.kaiaku.dataset.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;

/** A chat of any length in the form of DiscordChatExporter's CSV, made of random words: for measurements only. */
public final class MadeUpExport {
    /** The member who writes most. */
    public static final String PERSONA = "ana";

    private static final String[] MEMBERS = {PERSONA, "beto", "carla", "davi", "elis", "fred", "gabi", "hugo"};
    private static final String[] SYLLABLES = {
        "ba", "co", "di", "fe", "ga", "jo", "la", "me", "ni", "po", "que", "ro", "sa", "te", "vi", "zé", "ção", "nha"
    };
    private static final String[] ENDS = {"", "", ".", "!", "?", " kkkk", " 😂", "..."};
    private static final int WORDS = 3000;

    private MadeUpExport() {}

    /** Writes the file; the same length gives the same bytes. */
    public static void write(Path file, int messages) {
        Random random = new Random(messages);
        String[] words = new String[WORDS];
        for (int i = 0; i < WORDS; i++) {
            StringBuilder word = new StringBuilder();
            for (int syllables = 1 + random.nextInt(3); syllables > 0; syllables--) {
                word.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
            }
            words[i] = word.toString();
        }
        AtomicFile.write(file, out -> {
            BufferedWriter writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
            writer.write("AuthorID,Author,Date,Content,Attachments,Reactions\n");
            Instant time = Instant.parse("2019-01-01T12:00:00Z");
            int member = 0;
            for (int i = 0; i < messages; i++) {
                member = random.nextInt(3) == 0 ? member(random) : member;
                time = time.plusMillis(
                        random.nextInt(40) == 0 ? 600_000 + random.nextInt(9_000_000) : random.nextInt(40_000));
                row(writer, member, time, text(words, random), random.nextInt(20) == 0);
            }
            writer.flush();
        });
    }

    private static int member(Random random) {
        return Math.min(random.nextInt(MEMBERS.length), random.nextInt(MEMBERS.length));
    }

    private static String text(String[] words, Random random) {
        if (random.nextInt(40) == 0) {
            return "https://example.org/" + random.nextInt(1_000_000);
        }
        StringBuilder text = new StringBuilder();
        for (int count = 1 + (int) Math.abs(6 * random.nextGaussian()); count > 0; count--) {
            text.append(text.isEmpty() ? "" : random.nextInt(40) == 0 ? "\n" : " ");
            text.append(words[(int) (WORDS * random.nextDouble() * random.nextDouble())]);
        }
        return text.append(ENDS[random.nextInt(ENDS.length)]).toString();
    }

    private static void row(BufferedWriter writer, int member, Instant time, String text, boolean reaction)
            throws IOException {
        writer.write("\"" + (100_000_000_000_000_000L + member) + "\",\"" + MEMBERS[member] + "\",\"");
        writer.write(time.toString().replace("Z", "+00:00") + "\",\"" + text + "\",\"\",\"");
        writer.write(reaction ? "👍 (2)\"\n" : "\"\n");
    }
}
