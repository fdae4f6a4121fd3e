package dev.kaiaku.dataset.sample;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Sizes of replies and of what stands before them. Not thread-safe: one for each piece of work. */
public final class ShapeCounts {
    private final TreeMap<Integer, Long> contextLines = new TreeMap<>();
    private final TreeMap<Integer, Long> contextChars = new TreeMap<>();
    private final TreeMap<Integer, Long> replyChars = new TreeMap<>();
    private long withHistory;
    private long replies;

    /** Counts the replies of a conversation. */
    public void add(Conversation conversation) {
        int lines = 0;
        int chars = 0;
        boolean history = false;
        for (Turn turn : conversation.turns()) {
            if (turn.role() == Role.SYSTEM) {
                continue;
            }
            String content = turn.content();
            if (turn.target()) {
                replies++;
                withHistory += history ? 1 : 0;
                contextLines.merge(lines, 1L, Long::sum);
                contextChars.merge(chars, 1L, Long::sum);
                replyChars.merge(content.length(), 1L, Long::sum);
            }
            history |= turn.role() == Role.ASSISTANT;
            lines += content.isEmpty() ? 0 : lines(content);
            chars += content.length();
        }
    }

    /** Adds what another piece counted. */
    public void merge(ShapeCounts other) {
        merge(contextLines, other.contextLines);
        merge(contextChars, other.contextChars);
        merge(replyChars, other.replyChars);
        withHistory += other.withHistory;
        replies += other.replies;
    }

    /** Replies by the lines before them. */
    public Map<Integer, Long> contextLines() {
        return contextLines;
    }

    /** Replies by their characters. */
    public Map<Integer, Long> replyChars() {
        return replyChars;
    }

    public DatasetSummary.Shape shape() {
        return new DatasetSummary.Shape(
                share(contextLines.getOrDefault(1, 0L)),
                median(contextLines),
                median(contextChars),
                median(replyChars),
                share(withHistory));
    }

    private double share(long count) {
        return replies == 0 ? 0 : Math.round(1e4 * count / replies) / 1e4;
    }

    private int median(SortedMap<Integer, Long> counts) {
        long seen = 0;
        for (Map.Entry<Integer, Long> entry : counts.entrySet()) {
            seen += entry.getValue();
            if (2 * seen >= replies) {
                return entry.getKey();
            }
        }
        return 0;
    }

    private static int lines(String content) {
        int lines = 1;
        for (int at = content.indexOf('\n'); at >= 0; at = content.indexOf('\n', at + 1)) {
            lines += content.startsWith("\n  ", at) ? 0 : 1;
        }
        return lines;
    }

    private static void merge(Map<Integer, Long> counts, Map<Integer, Long> others) {
        others.forEach((value, count) -> counts.merge(value, count, Long::sum));
    }
}
