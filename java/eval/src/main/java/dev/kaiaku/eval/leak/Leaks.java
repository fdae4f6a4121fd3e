package dev.kaiaku.eval.leak;

import dev.kaiaku.dataset.scrub.Finding;
import dev.kaiaku.dataset.scrub.Scrubber;
import dev.kaiaku.eval.data.Reply;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Personal data in what a model says: addresses, numbers, keys, as the scrubber of data sets knows them.
 *
 * @param replies how many replies hold some
 * @param types findings by type
 */
public record Leaks(int replies, Map<String, Integer> types) {
    /** Looks through replies. */
    public static Leaks in(List<Reply> replies) {
        Scrubber scrubber = new Scrubber();
        Map<String, Integer> types = new TreeMap<>();
        int leaking = 0;
        for (Reply reply : replies) {
            List<Finding> findings = scrubber.find(reply.text());
            findings.forEach(finding -> types.merge(finding.type().label(), 1, Integer::sum));
            leaking += findings.isEmpty() ? 0 : 1;
        }
        return new Leaks(leaking, types);
    }
}
