package dev.kaiaku.dataset;

import dev.kaiaku.dataset.export.ChatLog;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.sample.ContextRule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Builds a dataset of small exports and gives back what came of it. */
public final class Chat {
    private final Path folder;
    private final String persona;

    public Chat(Path folder, String persona) {
        this.folder = folder;
        this.persona = persona;
    }

    public Path file(String name, String content) {
        return Export.write(folder.resolve("in").resolve(name), content.getBytes(StandardCharsets.UTF_8));
    }

    public DatasetSummary build(DatasetOptions options, Path... exports) {
        return DatasetBuilder.build(List.of(exports), persona, folder.resolve("out"), options, Progress.NONE);
    }

    public DatasetSummary build(Path... exports) {
        return build(DatasetOptions.builder().context(ContextRule.BLOCK).build(), exports);
    }

    /** All samples, those held out last. */
    public List<Conversation> samples() {
        List<Conversation> all = new ArrayList<>(ConversationFile.read(folder.resolve("out/train.jsonl")));
        all.addAll(ConversationFile.read(folder.resolve("out/validation.jsonl")));
        return all;
    }

    /** What a reader hands on, before cleaning. */
    public static List<Message> messages(ExportReader reader, Path file) {
        List<Message> messages = new ArrayList<>();
        reader.read(file, "geral", position -> {}, messages::add);
        return messages;
    }

    /** How many of many damaged copies of a file could be read; the others must end in one line. */
    public int readable(String name, byte[] whole, String spoilers, int rounds) {
        Random random = new Random(42);
        byte[] spoiling = spoilers.getBytes(StandardCharsets.ISO_8859_1);
        int readable = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] damaged = Arrays.copyOf(whole, random.nextInt(3) == 0 ? random.nextInt(whole.length) : whole.length);
            for (int i = random.nextInt(4); i > 0 && damaged.length > 0; i--) {
                damaged[random.nextInt(damaged.length)] =
                        random.nextBoolean() ? spoiling[random.nextInt(spoiling.length)] : (byte) random.nextInt();
            }
            Path file = Export.write(folder.resolve(name), damaged);
            try (ChatLog log = ChatLog.read(
                    List.of(file),
                    DatasetOptions.builder().context(ContextRule.BLOCK).build(),
                    folder,
                    Progress.NONE)) {
                log.messages();
                readable++;
            } catch (BadInputException e) {
                if (String.valueOf(e.getMessage()).contains("\n")) {
                    throw new AssertionError("more than one line: " + e.getMessage(), e);
                }
            }
        }
        return readable;
    }

    public static Conversation sample(String user, String assistant) {
        return new Conversation(List.of(new Turn(Role.USER, user), new Turn(Role.ASSISTANT, assistant)));
    }
}
