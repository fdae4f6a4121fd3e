package dev.kaiaku.dataset.scrub;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A line of chat and what is planted in it.
 *
 * @param type of what is planted, or null for a look-alike
 * @param spans start and end of each
 */
record Planted(@Nullable PiiType type, String text, List<int[]> spans) {
    /** @param marked text with what is planted in braces; a {@code ~} is left out */
    static Planted of(@Nullable PiiType type, String marked) {
        StringBuilder text = new StringBuilder();
        List<int[]> spans = new ArrayList<>();
        int start = -1;
        for (int i = 0; i < marked.length(); i++) {
            char c = marked.charAt(i);
            if (type != null && c == '{') {
                start = text.length();
            } else if (type != null && c == '}') {
                spans.add(new int[] {start, text.length()});
            } else if (c != '~') {
                text.append(c);
            }
        }
        return new Planted(type, text.toString(), spans);
    }

    /** A line of a file: type, tab, marked text. */
    static Planted parse(String line) {
        String[] parts = line.split("\t", 2);
        PiiType type = switch (parts[0]) {
            case "-" -> null;
            case "url" -> PiiType.PRIVATE_URL;
            default -> PiiType.valueOf(parts[0].toUpperCase(Locale.ROOT));
        };
        return of(type, parts[1]);
    }

    /**
     * How well a scrubber does.
     *
     * @param lookAlikes lines in which nothing is planted
     * @param planted how many are planted
     * @param found those of them of which no character is left, by the right type
     * @param findings everything that was found
     * @param right those of {@code findings} that hit a plant of their type
     * @param wrong a line for each miss and false alarm
     */
    record Score(
            int lookAlikes,
            int planted,
            int found,
            int findings,
            int right,
            Map<PiiType, int[]> byType,
            List<String> wrong) {
        double recall() {
            return (double) found / planted;
        }

        double precision() {
            return (double) right / findings;
        }

        static Score of(List<Planted> lines) {
            Scrubber scrubber = new Scrubber();
            Map<PiiType, int[]> byType = new EnumMap<>(PiiType.class);
            List<String> wrong = new ArrayList<>();
            int planted = 0;
            int found = 0;
            int findings = 0;
            int right = 0;
            for (Planted line : lines) {
                List<Finding> all = scrubber.find(line.text);
                for (int[] span : line.spans) {
                    boolean hit = all.stream()
                            .anyMatch(f -> f.type() == line.type && f.start() <= span[0] && f.end() >= span[1]);
                    planted++;
                    found += hit ? 1 : 0;
                    int[] counts = byType.computeIfAbsent(Objects.requireNonNull(line.type), t -> new int[2]);
                    counts[0]++;
                    counts[1] += hit ? 1 : 0;
                    if (!hit) {
                        wrong.add("missed " + line.type + ": " + line.text + " " + all);
                    }
                }
                for (Finding finding : all) {
                    boolean hit = finding.type() == line.type
                            && line.spans.stream().anyMatch(s -> finding.start() < s[1] && s[0] < finding.end());
                    findings++;
                    right += hit ? 1 : 0;
                    if (!hit) {
                        wrong.add("false " + finding + ": " + line.text);
                    }
                }
            }
            int lookAlikes =
                    (int) lines.stream().filter(line -> line.type == null).count();
            return new Score(lookAlikes, planted, found, findings, right, byType, wrong);
        }
    }
}
