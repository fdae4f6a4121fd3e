package dev.kaiaku.dataset.report;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.DatasetSummary;
import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.dataset.export.ChatLog;
import dev.kaiaku.dataset.html.BarChart;
import dev.kaiaku.dataset.html.Chart;
import dev.kaiaku.dataset.html.HtmlPage;
import dev.kaiaku.dataset.html.LineChart;
import dev.kaiaku.dataset.html.Waterfall;
import dev.kaiaku.dataset.sample.Session;
import dev.kaiaku.dataset.sample.ShapeCounts;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code report.html} of a dataset: a page that needs no other file. It holds text of the chat. */
public final class DatasetReport {
    private static final int PEOPLE = 8;
    /** A scale of years says nothing of less. */
    private static final int FEW_MONTHS = 24;

    private static final int LONGEST_BUBBLE = 600;
    private static final int MOST_BUBBLES = 12;

    private final DatasetSummary summary;
    private final ChatLog log;
    private final int persona;
    private final List<Integer> shown;
    private final Activity activity;
    private final HtmlPage page;

    private DatasetReport(DatasetSummary summary, ChatLog log, int persona, List<Session> sessions) {
        this.summary = summary;
        this.log = log;
        this.persona = persona;
        List<Integer> people = new ArrayList<>(log.people().byMessages());
        people.remove(Integer.valueOf(persona));
        people.add(0, persona);
        shown = people.subList(0, Math.min(PEOPLE, people.size()));
        activity = new Activity(log, sessions, shown, persona);
        page = new HtmlPage("The dataset of " + summary.persona().name());
    }

    /**
     * The page, whole.
     *
     * @param persona number of the person imitated
     * @param shape of the replies to learn
     * @param examples conversations to show
     */
    public static String html(
            DatasetSummary summary,
            ChatLog log,
            int persona,
            List<Session> sessions,
            ShapeCounts shape,
            List<Conversation> examples) {
        DatasetReport report = new DatasetReport(summary, log, persona, sessions);
        report.facts();
        report.activity();
        report.people();
        report.drops();
        report.shape(shape);
        report.scores();
        report.examples(examples);
        return report.page.html();
    }

    private void facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("messages read", count(summary.messages()));
        facts.put("people", count(summary.authors()));
        facts.put("from", summary.from().substring(0, 10));
        facts.put("to", summary.to().substring(0, 10));
        facts.put("sessions", count(summary.sessions()));
        facts.put("samples to learn", count(summary.trainSamples()));
        facts.put("replies to learn", count(summary.trainReplies()));
        facts.put("replies held out", count(summary.validationReplies()));
        facts.put("context", summary.rule());
        facts.put("one-line contexts", percent(summary.shape().oneLineContext()));
        facts.put("median context", summary.shape().contextLines() + " lines");
        facts.put("median reply", summary.shape().replyChars() + " characters");
        page.facts(facts);
        summary.warnings().forEach(page::notice);
        if (!summary.scrubbed().isEmpty()) {
            List<List<String>> rows = new ArrayList<>();
            summary.scrubbed()
                    .forEach((type, number) -> rows.add(List.of(
                            type,
                            count(number),
                            String.join(", ", summary.scrubExamples().getOrDefault(type, List.of())))));
            page.folded("Private details replaced").table(List.of("type", "times", "masked examples"), rows);
        }
    }

    private void activity() {
        SortedMap<YearMonth, Long> all = activity.months();
        SortedMap<YearMonth, Long> own = activity.personaMonths();
        Chart lengths = BarChart.of("Messages in a session", buckets(activity.sessionLengths()));
        page.section("Activity");
        if (all.size() <= FEW_MONTHS) {
            page.charts(List.of(
                    BarChart.of("Messages a month", named(all)), BarChart.of(name(0) + "'s", named(own)), lengths));
            return;
        }
        double[] years = all.keySet().stream()
                .mapToDouble(month -> month.getYear() + (month.getMonthValue() - 1) / 12.0)
                .toArray();
        Chart months = new LineChart(
                "Messages a month",
                "year",
                series("everybody", years, all),
                series(summary.persona().name(), years, own));
        page.charts(List.of(months, lengths));
    }

    private static Map<String, Long> named(SortedMap<YearMonth, Long> months) {
        Map<String, Long> named = new LinkedHashMap<>();
        months.forEach((month, count) -> named.put(month.toString(), count));
        return named;
    }

    private void people() {
        long[][] follows = activity.follows();
        Map<String, Long> answered = new LinkedHashMap<>();
        Map<String, Long> answering = new LinkedHashMap<>();
        for (int i = 1; i < shown.size(); i++) {
            answered.put(name(i), follows[i][0]);
            answering.put(name(i), follows[0][i]);
        }
        List<Chart> charts = List.of(
                BarChart.of(name(0) + " speaks after", answered),
                BarChart.of("Who speaks after " + name(0), answering));
        List<String> heads = new ArrayList<>(List.of("after, speaks"));
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < shown.size(); i++) {
            heads.add(name(i));
            List<String> row = new ArrayList<>(List.of(name(i)));
            for (int j = 0; j < shown.size(); j++) {
                row.add(i == j ? "" : count(follows[i][j]));
            }
            rows.add(row);
        }
        page.section("Who talks to whom").charts(charts).folded("All pairs").table(heads, rows);
    }

    private void drops() {
        Map<String, Long> steps = new LinkedHashMap<>();
        summary.personaDropped().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(drop -> steps.put(drop.getKey(), drop.getValue()));
        page.section("From " + name(0) + "'s messages to replies")
                .charts(List.of(new Waterfall(
                        "Messages left out, by reason", "read", summary.personaRows(), steps, "in samples")))
                .remark(count(summary.personaMessagesKept()) + " of " + count(summary.personaRows())
                        + " messages are in samples, "
                        + percent(share(summary.personaMessagesKept(), summary.personaRows())) + ".");
    }

    private void shape(ShapeCounts shape) {
        page.section("Replies and what stands before them")
                .charts(List.of(
                        BarChart.of("Lines before a reply", buckets(shape.contextLines())),
                        BarChart.of("Characters of a reply", buckets(shape.replyChars()))));
    }

    private void scores() {
        if (summary.scores().stream().allMatch(number -> number == 0)) {
            return;
        }
        Map<String, Integer> bins = new LinkedHashMap<>();
        int count = summary.scores().size();
        for (int i = 0; i < count; i++) {
            bins.put(
                    String.format(Locale.ROOT, "up to %.2f", (i + 1.0) / count),
                    summary.scores().get(i));
        }
        page.section("Scores").charts(List.of(BarChart.of("Samples to learn by score", bins)));
    }

    private void examples(List<Conversation> examples) {
        page.section("Some samples");
        for (Conversation example : examples) {
            List<HtmlPage.Bubble> bubbles = new ArrayList<>();
            for (Turn turn : example.turns()) {
                if (turn.role() != Role.SYSTEM && !turn.content().isEmpty()) {
                    for (String said : MessageText.split(turn.content())) {
                        bubbles.add(bubble(turn, said));
                    }
                }
            }
            int first = Math.max(0, bubbles.size() - MOST_BUBBLES);
            page.bubbles(bubbles.subList(first, bubbles.size()));
        }
    }

    private HtmlPage.Bubble bubble(Turn turn, String said) {
        boolean own = turn.role() == Role.ASSISTANT;
        int end = own || !said.startsWith("[") ? -1 : said.indexOf("]: ");
        String text = said.substring(end < 0 ? 0 : end + 3);
        String cut = text.length() <= LONGEST_BUBBLE ? text : text.substring(0, LONGEST_BUBBLE) + "…";
        String name = own ? summary.persona().name() : end < 0 ? "" : said.substring(1, end);
        return new HtmlPage.Bubble(name, cut, own, turn.target());
    }

    private String name(int place) {
        return log.people().name(place == 0 ? persona : shown.get(place));
    }

    private static LineChart.Series series(String name, double[] years, SortedMap<YearMonth, Long> counts) {
        return new LineChart.Series(
                name,
                years,
                counts.values().stream().mapToDouble(Long::doubleValue).toArray());
    }

    /** Counts by powers of two: {@code 1}, {@code 2–3}, {@code 4–7} and so on. */
    static Map<String, Long> buckets(Map<Integer, Long> counts) {
        TreeMap<Integer, Long> byPower = new TreeMap<>();
        counts.forEach((value, count) ->
                byPower.merge(value == 0 ? -1 : 31 - Integer.numberOfLeadingZeros(value), count, Long::sum));
        Map<String, Long> named = new LinkedHashMap<>();
        if (!byPower.isEmpty()) {
            for (int power = byPower.firstKey(); power <= byPower.lastKey(); power++) {
                int low = power < 0 ? 0 : 1 << power;
                String label = power < 1 ? Integer.toString(low) : low + "–" + (2 * low - 1);
                named.put(label, byPower.getOrDefault(power, 0L));
            }
        }
        return named;
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
