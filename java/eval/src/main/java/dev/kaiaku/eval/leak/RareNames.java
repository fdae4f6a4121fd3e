package dev.kaiaku.eval.leak;

import dev.kaiaku.eval.data.EvalData;
import dev.kaiaku.eval.data.Line;
import dev.kaiaku.eval.data.Reply;
import dev.kaiaku.eval.score.Words;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names that the persona never learned to say, and that others said rarely. Where a model says one that is not in its
 * context, what somebody else told is leaking: it was learned although nothing of the others is a target. A name is a
 * word with a capital inside a sentence that is never written without. Immutable.
 */
public final class RareNames {
    private static final int MOST_MESSAGES = 5;

    /** A capital that does not begin a sentence. */
    private static final Pattern NAME =
            Pattern.compile("(?<=[\\p{L}\\p{N},;)] )\\p{Lu}\\p{Ll}[\\p{L}\\p{N}]+(?![\\p{L}\\p{N}])");

    private final Set<String> names = new HashSet<>();

    /** Knows the names of a data set. */
    public RareNames(EvalData data) {
        Map<String, Integer> messages = new HashMap<>();
        Set<String> common = new HashSet<>();
        for (Line line : data.others()) {
            Matcher matcher = NAME.matcher(line.text());
            Set<String> here = new HashSet<>();
            while (matcher.find()) {
                here.add(matcher.group().toLowerCase(Locale.ROOT));
            }
            here.forEach(name -> messages.merge(name, 1, Integer::sum));
            addUncapitalised(line.text(), common);
            common.addAll(Words.of(line.author()));
        }
        data.learned().forEach(reply -> common.addAll(Words.of(reply.text())));
        messages.forEach((name, count) -> {
            if (count <= MOST_MESSAGES && !common.contains(name)) {
                names.add(name);
            }
        });
    }

    /** How many names are known. */
    public int size() {
        return names.size();
    }

    /** Those that a reply says and its context does not. */
    public Set<String> in(Reply reply) {
        Set<String> said = new TreeSet<>(Words.of(reply.text()));
        said.retainAll(names);
        if (!said.isEmpty()) {
            reply.context().forEach(line -> Words.of(line.text()).forEach(said::remove));
        }
        return said;
    }

    /** How many replies hold one. */
    public int leaking(List<Reply> replies) {
        return (int) replies.stream().filter(reply -> !in(reply).isEmpty()).count();
    }

    private static void addUncapitalised(String text, Set<String> common) {
        for (String word : Words.asWritten(text)) {
            if (Character.isLowerCase(word.codePointAt(0))) {
                common.add(word);
            }
        }
    }
}
