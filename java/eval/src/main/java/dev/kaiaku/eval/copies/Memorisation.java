package dev.kaiaku.eval.copies;

import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.score.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds what a model repeats of the replies that it learned from. Immutable. */
public final class Memorisation {
    private static final int RUN_WORDS = 8;
    private static final int RUN_CHARACTERS = 50;
    /** Any run of fifty characters holds a whole piece. */
    private static final int PIECE = RUN_CHARACTERS / 2;

    private static final int COMMON = 3;

    private final Set<String> wordRuns = new HashSet<>();
    private final Map<String, List<Place>> pieces = new HashMap<>();
    private final Map<String, Integer> wholes = new HashMap<>();
    private final String later;

    private record Place(String text, int start) {}

    /**
     * Places in a list of replies.
     *
     * @param withRun replies that share eight words or fifty characters in a row with a learned reply, and not
     *     with their own context
     * @param wholeCopies replies equal to a learned one that was learned at most twice ("kkkk" is nobody's secret)
     */
    public record Found(List<Integer> withRun, List<Integer> wholeCopies) {}

    /**
     * Knows the learned replies.
     *
     * @param heldOut real later replies: what the person says again by themselves is no copy
     */
    public Memorisation(List<Reply> learned, List<Reply> heldOut) {
        for (Reply reply : learned) {
            wordRuns.addAll(wordRuns(reply.text()));
            String text = normal(reply.text());
            for (int i = 0; i + PIECE <= text.length(); i += PIECE) {
                pieces.computeIfAbsent(text.substring(i, i + PIECE), piece -> new ArrayList<>())
                        .add(new Place(text, i));
            }
            wholes.merge(text, 1, Integer::sum);
        }
        heldOut.forEach(reply -> wordRuns(reply.text()).forEach(wordRuns::remove));
        later = heldOut.stream().map(reply -> normal(reply.text())).collect(Collectors.joining("\n"));
    }

    /** Looks for copies among replies, each under its own context. */
    public Found find(List<Reply> replies) {
        List<Integer> withRun = new ArrayList<>();
        List<Integer> copies = new ArrayList<>();
        for (int i = 0; i < replies.size(); i++) {
            Reply reply = replies.get(i);
            if (run(reply) != null) {
                withRun.add(i);
            }
            int count = wholes.getOrDefault(normal(reply.text()), 0);
            if (count > 0 && count < COMMON && Words.of(reply.text()).size() > 2) {
                copies.add(i);
            }
        }
        return new Found(withRun, copies);
    }

    /** The first run that a reply shares with a learned one, or null. */
    public @Nullable String run(Reply reply) {
        String context = normal(reply.context().stream().map(Line::text).collect(Collectors.joining(" ")));
        String contextWords = String.join(" ", Words.of(context));
        for (String run : wordRuns(reply.text())) {
            if (wordRuns.contains(run) && !contextWords.contains(run)) {
                return run;
            }
        }
        String text = normal(reply.text());
        for (int i = 0; i + PIECE <= text.length(); i++) {
            for (Place place : pieces.getOrDefault(text.substring(i, i + PIECE), List.of())) {
                String shared = shared(text, i, place);
                if (shared.length() >= RUN_CHARACTERS && !context.contains(shared) && !later.contains(shared)) {
                    return shared;
                }
            }
        }
        return null;
    }

    /** The longest common run around a piece. */
    private static String shared(String text, int at, Place place) {
        int before = 0;
        while (before < at
                && before < place.start
                && text.charAt(at - before - 1) == place.text.charAt(place.start - before - 1)) {
            before++;
        }
        int after = PIECE;
        while (at + after < text.length()
                && place.start + after < place.text.length()
                && text.charAt(at + after) == place.text.charAt(place.start + after)) {
            after++;
        }
        return text.substring(at - before, at + after);
    }

    private static List<String> wordRuns(String text) {
        List<String> words = Words.of(text);
        List<String> found = new ArrayList<>();
        for (int i = 0; i + RUN_WORDS <= words.size(); i++) {
            found.add(String.join(" ", words.subList(i, i + RUN_WORDS)));
        }
        return found;
    }

    private static String normal(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}
