package dev.kaiaku.dataset.people;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Message;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everybody who wrote something, known by id, shown by the newest name. Not thread-safe. */
public final class People {
    private static final int NEAREST = 5;
    /** Letters that a name must share with the one typed to be near it as a part. */
    private static final int MIN_PART = 3;

    private static final Pattern DISCRIMINATOR = Pattern.compile("#\\d{4}$");

    private final UnaryOperator<String> cleanName;
    private final boolean shortNames;
    private final Map<String, Person> byId = new LinkedHashMap<>();

    /**
     * @param cleanName applied to every name that is shown
     * @param shortNames whether the {@code #1234} of older accounts is left out
     */
    public People(UnaryOperator<String> cleanName, boolean shortNames) {
        this.cleanName = cleanName;
        this.shortNames = shortNames;
    }

    public void add(Message message) {
        byId.computeIfAbsent(message.authorId(), Person::new).add(message);
    }

    public int count() {
        return byId.size();
    }

    /** The newest name of an author. */
    public String name(String authorId) {
        Person person = byId.get(authorId);
        if (person == null) {
            throw new IllegalArgumentException("nobody has the id " + authorId);
        }
        String shown = person.shown;
        if (shown == null) {
            String name = cleanName.apply(person.newestName);
            name = shortNames ? DISCRIMINATOR.matcher(name).replaceFirst("") : name;
            shown = name.isEmpty() ? authorId : name;
            person.shown = shown;
        }
        return shown;
    }

    /** Messages of an author, empty ones included. */
    public long messages(String authorId) {
        Person person = byId.get(authorId);
        return person == null ? 0 : person.messages;
    }

    /**
     * The id of the person meant: an id, or a name in any case.
     *
     * @throws BadInputException where nobody or more than one answers to the name
     */
    public String find(String nameOrId) {
        if (byId.containsKey(nameOrId)) {
            return nameOrId;
        }
        List<BiPredicate<Person, String>> ways = List.of(
                (person, name) -> person.newestName.equals(name),
                (person, name) -> person.newestName.equalsIgnoreCase(name),
                (person, name) -> name(person.id).equalsIgnoreCase(name),
                (person, name) -> person.names.stream().anyMatch(name::equalsIgnoreCase));
        for (BiPredicate<Person, String> way : ways) {
            List<Person> found = byId.values().stream()
                    .filter(person -> way.test(person, nameOrId))
                    .toList();
            if (found.size() == 1) {
                return found.get(0).id;
            }
            if (found.size() > 1) {
                throw new BadInputException("persona \"" + nameOrId + "\" is the name of " + found.size()
                        + " people; give one of the ids: " + list(found, person -> person.id));
            }
        }
        throw new BadInputException("persona \"" + nameOrId + "\" is not in this export; the nearest names: "
                + list(nearest(nameOrId), person -> name(person.id)));
    }

    private List<Person> nearest(String wanted) {
        Comparator<Person> order = Comparator.comparingInt((Person person) -> distance(wanted, person));
        return byId.values().stream()
                .sorted(order.thenComparing(person -> -person.messages).thenComparing(person -> person.id))
                .limit(NEAREST)
                .toList();
    }

    private int distance(String wanted, Person person) {
        String a = wanted.toLowerCase(Locale.ROOT);
        String b = name(person.id).toLowerCase(Locale.ROOT);
        boolean contained = Math.min(a.length(), b.length()) >= MIN_PART && (a.contains(b) || b.contains(a));
        return contained ? 1 : EditDistance.of(a, b);
    }

    private static String list(Collection<Person> people, Function<Person, String> label) {
        return people.stream()
                .map(person -> label.apply(person) + " (" + person.messages
                        + (person.messages == 1 ? " message)" : " messages)"))
                .collect(Collectors.joining(", "))
                .replaceAll("\\p{Cntrl}", " ");
    }

    private static final class Person {
        private final String id;
        private final Set<String> names = new LinkedHashSet<>();
        private String newestName = "";
        private Instant newest = Instant.MIN;
        private @Nullable String shown;
        private long messages;

        Person(String id) {
            this.id = id;
        }

        void add(Message message) {
            messages++;
            if (!message.time().isBefore(newest)) {
                newest = message.time();
                if (!message.author().equals(newestName)) {
                    newestName = message.author();
                    names.add(newestName);
                    shown = null;
                }
            } else if (!message.author().equals(newestName)) {
                names.add(message.author());
            }
        }
    }
}
