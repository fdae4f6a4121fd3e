package dev.kaiaku.dataset.report;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Progress;
import dev.kaiaku.dataset.export.ChatLog;
import dev.kaiaku.dataset.export.ExportFormat;
import dev.kaiaku.dataset.sample.Samples;
import dev.kaiaku.dataset.sample.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an export holds and what the formats tell of it. No text of the chat.
 *
 * @param formats of the files read
 * @param messages read, those that cleaning leaves out included
 * @param kept messages that it doesn't
 * @param kinds messages by kind; {@code unknown} where the format does not tell bots and notices from people
 * @param withId messages with an id of their own
 * @param replies messages that say which one they answer
 * @param answered those whose answered message is here
 * @param dropped messages left out, by reason
 * @param changed messages changed, by rule
 * @param scrubbed private details found, by type
 * @param people those who wrote most
 */
public record DatasetStats(
        List<String> formats,
        List<DatasetSummary.FileHash> files,
        long messages,
        long kept,
        int authors,
        int channels,
        String from,
        String to,
        int sessions,
        Map<String, Long> kinds,
        long withId,
        long replies,
        long answered,
        long withReactions,
        long withMedia,
        Map<String, Long> dropped,
        Map<String, Long> changed,
        Map<String, Long> scrubbed,
        int duplicateFiles,
        long duplicateMessages,
        long badRows,
        List<String> firstBadRows,
        List<String> warnings,
        List<Member> people) {
    /**
     * One person.
     *
     * @param messages that were read
     * @param kept those that cleaning leaves
     * @param replies that a dataset of this person would have, before any selection
     */
    public record Member(String id, String name, long messages, long kept, long replies) {}

    /**
     * Reads an export.
     *
     * @param people how many to list
     */
    public static DatasetStats of(List<Path> exports, DatasetOptions options, int people, Progress progress) {
        Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
        try (ChatLog log = ChatLog.read(exports, options, scratch, progress)) {
            if (log.messages() == 0) {
                throw new BadInputException(exports.get(0) + ": nothing is left after cleaning "
                        + log.drops().of(account -> true));
            }
            List<Session> sessions = Session.of(log.store(), options.gap());
            List<Integer> most = log.people().byMessages();
            List<Member> members = new ArrayList<>();
            for (int person : most.subList(0, Math.min(people, most.size()))) {
                Samples samples = new Samples(log, sessions, person, options);
                members.add(new Member(
                        log.people().id(person),
                        log.people().name(person),
                        log.people().messages(person),
                        sessions.stream().mapToLong(samples::personaMessages).sum(),
                        sessions.stream().mapToLong(samples::replies).sum()));
            }
            return new DatasetStats(
                    log.formats().stream().map(ExportFormat::id).toList(),
                    log.inputs().describe(),
                    log.rows(),
                    log.messages(),
                    log.people().count(),
                    log.store().channels().size(),
                    log.start().toString(),
                    log.end().toString(),
                    sessions.size(),
                    log.census().kinds(),
                    log.census().withId(),
                    log.census().replies(),
                    log.store().answers(),
                    log.census().withReactions(),
                    log.census().withMedia(),
                    log.drops().of(account -> true),
                    log.changed(),
                    log.scrubbed().counts(),
                    log.duplicateFiles(),
                    log.duplicateMessages(),
                    log.badRows().count(),
                    log.badRows().first(),
                    log.badRows().warnings(),
                    members);
        }
    }
}
