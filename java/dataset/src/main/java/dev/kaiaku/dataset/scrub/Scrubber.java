package dev.kaiaku.dataset.scrub;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces personal data by its type: {@code me liga no <phone>}. Most texts are passed over after one look at
 * their characters. Thread-safe.
 */
public final class Scrubber {
    /** Earlier ones claim their findings first: a link before the number in it. */
    private static final List<Finder> FINDERS = List.of(
            new UrlFinder(),
            new TokenFinder(),
            new PasswordFinder(),
            new EmailFinder(),
            new IbanFinder(),
            new CardFinder(),
            new TaxNumberFinder(),
            new IpFinder(),
            new PhoneFinder(),
            new AddressFinder());

    private final List<Finder> finders;

    /** A scrubber of the types of {@link PiiType}, without own words. */
    public Scrubber() {
        finders = FINDERS;
    }

    /**
     * A scrubber of own words too.
     *
     * @param words a file with a word or phrase a line, or null for none
     */
    public Scrubber(@Nullable Path words) {
        this(words == null ? List.of() : List.of(OwnWords.read(words)));
    }

    Scrubber(List<OwnWords> words) {
        List<Finder> all = new ArrayList<>(FINDERS);
        all.addAll(words);
        finders = List.copyOf(all);
    }

    /** What is in a text, in its order; findings don't overlap. */
    public List<Finding> find(String text) {
        Signals signals = Signals.of(text);
        Findings findings = null;
        for (Finder finder : finders) {
            if (finder.mayFind(signals)) {
                findings = findings == null ? new Findings() : findings;
                finder.find(text, findings);
            }
        }
        return findings == null ? List.of() : findings.sorted();
    }

    /** The text with a placeholder for each finding; the same object where there is none. */
    public String scrub(String text, ScrubCounts counts) {
        List<Finding> findings = find(text);
        if (findings.isEmpty()) {
            return text;
        }
        StringBuilder scrubbed = new StringBuilder(text.length());
        int from = 0;
        for (Finding finding : findings) {
            counts.add(finding.type().label(), finding.masked(text));
            scrubbed.append(text, from, finding.start()).append(finding.type().placeholder());
            from = finding.end();
        }
        return scrubbed.append(text, from, text.length()).toString();
    }
}
