package dev.kaiaku.dataset.people;

import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Message;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
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

/**
 * Everybody who wrote something, known by id, shown by the newest name. First filled, then joined by aliases, then
 * asked. Not thread-safe while it is filled.
 */
public final class People {
    private static final int NEAREST = 5;
    /** Letters that a name must share with the one typed to be near it as a part. */
    private static final int MIN_PART = 3;

    private static final Pattern DISCRIMINATOR = Pattern.compile("#\\d{4}$");

    private final UnaryOperator<String> cleanName;
    private final boolean tidy;
    private final boolean pseudonyms;
    private final Map<String, Person> byId = new HashMap<>();
    private final List<Person> people = new ArrayList<>();
    private String @Nullable [] shown;
    private @Nullable Person latest;

    /**
     * @param cleanName applied to every name that is shown
     * @param tidy whether the {@code #1234} of older accounts and brackets are left out, and equal names told apart
     */
    public People(UnaryOperator<String> cleanName, boolean tidy) {
        this(cleanName, tidy, false);
    }

    /** @param pseudonyms whether people are shown as {@code Person 3}, by the order of their first messages */
    public People(UnaryOperator<String> cleanName, boolean tidy, boolean pseudonyms) {
        this.cleanName = cleanName;
        this.tidy = tidy;
        this.pseudonyms = pseudonyms;
    }

    /** Notes who wrote a message, and gives back the number of the account, from 0. */
    public int add(Message message) {
        Person person = latest;
        if (person == null || !person.id.equals(message.authorId())) {
            person = byId.computeIfAbsent(message.authorId(), this::person);
            latest = person;
        }
        person.add(message);
        shown = null;
        return person.number;
    }

    /**
     * Joins accounts.
     *
     * @param aliases accounts by name or id; the person whose they are by name or id, or a name that nobody has yet
     * @throws BadInputException where nobody is called so
     */
    public void join(Map<String, String> aliases) {
        aliases.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(alias -> {
            List<Person> accounts = matching(alias.getKey());
            if (accounts.isEmpty()) {
                throw new BadInputException("--alias " + alias.getKey() + "=" + alias.getValue() + ": \""
                        + alias.getKey() + "\" is not in this export; the nearest names: "
                        + list(nearest(alias.getKey()), this::plainName));
            }
            List<Person> meant = new ArrayList<>(matching(alias.getValue()));
            meant.removeAll(accounts);
            Person target = meant.isEmpty() ? accounts.get(0).same : meant.get(0).same;
            if (meant.isEmpty()) {
                target.given = alias.getValue();
                target.names.add(alias.getValue());
            }
            for (Person account : accounts) {
                if (account.same != target) {
                    Person joined = account.same;
                    target.take(joined);
                    people.stream().filter(other -> other.same == joined).forEach(other -> other.same = target);
                }
            }
        });
        shown = null;
    }

    /** Number of people. */
    public int count() {
        return Math.toIntExact(all().size());
    }

    /** Number of accounts; the numbers of {@link #add} are below it. */
    public int accounts() {
        return people.size();
    }

    /** The account that stands for the person whose account this is. */
    public int person(int account) {
        return people.get(account).same.number;
    }

    /** Numbers of the people, by number of messages, most first. */
    public List<Integer> byMessages() {
        return all().stream()
                .sorted(Comparator.comparingLong((Person person) -> -person.messages)
                        .thenComparing(person -> person.id))
                .map(person -> person.number)
                .toList();
    }

    /** The name to show for an account. */
    public String name(int account) {
        String[] names = shown;
        if (names == null) {
            names = shownNames();
            shown = names;
        }
        return names[account];
    }

    /** The name of an author, by id. */
    public String name(String authorId) {
        Person person = byId.get(authorId);
        if (person == null) {
            throw new IllegalArgumentException("nobody has the id " + authorId);
        }
        return name(person.number);
    }

    /** The name of an author as {@link #name(String)} gives it, or null for somebody who wrote nothing. */
    public @Nullable String nameOrNull(String authorId) {
        return byId.containsKey(authorId) ? name(authorId) : null;
    }

    /** Names that people had, each with the one they are shown by now. */
    public Map<String, String> knownNames() {
        Map<String, String> known = new HashMap<>();
        for (Person person : people) {
            for (String name : person.names) {
                known.putIfAbsent(DISCRIMINATOR.matcher(name).replaceFirst(""), name(person.number));
            }
        }
        return known;
    }

    /** Id of an account. */
    public String id(int account) {
        return people.get(account).id;
    }

    /** Messages of the person whose account this is, empty ones included. */
    public long messages(int account) {
        return people.get(account).same.messages;
    }

    /**
     * The number of the person meant: by id, or by name in any case.
     *
     * @throws BadInputException where nobody or more than one answers to the name
     */
    public int find(String nameOrId) {
        Person byThisId = byId.get(nameOrId);
        if (byThisId != null) {
            return byThisId.same.number;
        }
        List<BiPredicate<Person, String>> ways = List.of(
                (person, name) -> name(person.number).equals(name),
                (person, name) -> person.newestName.equals(name),
                (person, name) -> person.newestName.equalsIgnoreCase(name),
                (person, name) -> name(person.number).equalsIgnoreCase(name),
                (person, name) -> person.names.stream().anyMatch(name::equalsIgnoreCase));
        for (BiPredicate<Person, String> way : ways) {
            List<Person> found =
                    all().stream().filter(person -> way.test(person, nameOrId)).toList();
            if (found.size() == 1) {
                return found.get(0).number;
            }
            if (found.size() > 1) {
                throw new BadInputException("persona \"" + nameOrId + "\" is the name of " + found.size()
                        + " people; give one of the ids: " + list(found, person -> person.id));
            }
        }
        throw new BadInputException("persona \"" + nameOrId + "\" is not in this export; the nearest names: "
                + list(nearest(nameOrId), this::plainName));
    }

    private Person person(String id) {
        Person person = new Person(id, people.size());
        people.add(person);
        return person;
    }

    private List<Person> all() {
        return people.stream().filter(person -> person.same == person).toList();
    }

    /** Accounts with this id, or that had this name. */
    private List<Person> matching(String nameOrId) {
        Person byThisId = byId.get(nameOrId);
        return byThisId != null
                ? List.of(byThisId)
                : people.stream()
                        .filter(person -> person.names.stream()
                                .anyMatch(name -> name.equalsIgnoreCase(nameOrId)
                                        || DISCRIMINATOR
                                                .matcher(name)
                                                .replaceFirst("")
                                                .equalsIgnoreCase(nameOrId)))
                        .toList();
    }

    private String[] shownNames() {
        String[] names = new String[people.size()];
        Set<String> taken = new HashSet<>();
        List<Person> inOrder = all().stream()
                .sorted(Comparator.comparing((Person person) -> person.first).thenComparing(person -> person.id))
                .toList();
        for (Person person : inOrder) {
            String name = pseudonyms ? "Person " + (taken.size() + 1) : plainName(person);
            String told = name;
            for (int i = 2; tidy && !taken.add(told); i++) {
                told = name + " (" + i + ")";
            }
            taken.add(told);
            names[person.number] = told;
        }
        for (Person person : people) {
            names[person.number] = names[person.same.number];
        }
        return names;
    }

    private String plainName(Person person) {
        String name = cleanName.apply(person.given == null ? person.newestName : person.given);
        if (tidy) {
            name = DISCRIMINATOR
                    .matcher(name)
                    .replaceFirst("")
                    .replace('[', '(')
                    .replace(']', ')');
        }
        return name.isEmpty() ? person.id : name;
    }

    private List<Person> nearest(String wanted) {
        Comparator<Person> order = Comparator.comparingInt((Person person) -> distance(wanted, person));
        return all().stream()
                .sorted(order.thenComparing(person -> -person.messages).thenComparing(person -> person.id))
                .limit(NEAREST)
                .toList();
    }

    private int distance(String wanted, Person person) {
        String a = wanted.toLowerCase(Locale.ROOT);
        String b = plainName(person).toLowerCase(Locale.ROOT);
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
}
