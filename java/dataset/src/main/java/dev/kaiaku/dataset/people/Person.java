package dev.kaiaku.dataset.people;

import dev.kaiaku.dataset.Message;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Somebody who wrote something. Not thread-safe. */
final class Person {
    final int number;
    final String id;
    final Set<String> names = new LinkedHashSet<>();
    String newestName = "";
    long messages;
    /** Who this really is, after the aliases; itself as a rule. */
    Person same = this;
    /** Asked for by an alias. */
    @Nullable String given;

    Instant first = Instant.MAX;
    private Instant newest = Instant.MIN;

    Person(String id, int number) {
        this.id = id;
        this.number = number;
    }

    void add(Message message) {
        messages++;
        if (message.time().isBefore(first)) {
            first = message.time();
        }
        if (!message.time().isBefore(newest)) {
            newest = message.time();
            if (!message.author().equals(newestName)) {
                newestName = message.author();
                names.add(newestName);
            }
        } else if (!message.author().equals(newestName)) {
            names.add(message.author());
        }
    }

    /** Makes another account one of this person's. */
    void take(Person account) {
        account.same = this;
        messages += account.messages;
        names.addAll(account.names);
        first = account.first.isBefore(first) ? account.first : first;
    }
}
