package dev.kaiaku.dataset.sample;

import dev.kaiaku.dataset.Conversation;
import dev.kaiaku.dataset.DatasetOptions;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageText;
import dev.kaiaku.dataset.Role;
import dev.kaiaku.dataset.SampleMeta;
import dev.kaiaku.dataset.Turn;
import dev.kaiaku.dataset.people.People;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The rule {@code block}: a sample is the lines of a session up to the persona's reply; the reply is all the
 * persona's messages in a row; then the next block starts. A reply to nobody is dropped. Not thread-safe.
 */
public final class Blocks {
    private final String personaId;
    private final People people;
    private final DatasetOptions options;
    private long keptMessages;
    private long droppedMessages;

    public Blocks(String personaId, People people, DatasetOptions options) {
        this.personaId = personaId;
        this.people = people;
        this.options = options;
    }

    /** The samples of a session in the order of time. */
    public List<Sample> of(Session session) {
        List<Sample> samples = new ArrayList<>();
        List<String> context = new ArrayList<>();
        List<String> reply = new ArrayList<>();
        Instant replied = session.start();
        for (Message message : session.messages()) {
            boolean persona = message.authorId().equals(personaId);
            if (!persona && !reply.isEmpty()) {
                close(session, context, reply, replied, samples);
            }
            if (persona && reply.isEmpty()) {
                replied = message.time();
            }
            String text = options.clean() ? MessageText.fold(message.text()) : message.text();
            (persona ? reply : context).add(persona ? text : "[" + people.name(message.authorId()) + "]: " + text);
        }
        close(session, context, reply, replied, samples);
        return samples;
    }

    /** Messages of the persona in the samples so far. */
    public long keptMessages() {
        return keptMessages;
    }

    /** Messages of the persona that answer nobody. */
    public long droppedMessages() {
        return droppedMessages;
    }

    private void close(
            Session session, List<String> context, List<String> reply, Instant replied, List<Sample> samples) {
        if (context.isEmpty()) {
            droppedMessages += reply.size();
        } else if (!reply.isEmpty()) {
            List<Turn> turns = new ArrayList<>(3);
            if (options.system() != null) {
                turns.add(new Turn(Role.SYSTEM, options.system()));
            }
            turns.add(new Turn(Role.USER, String.join("\n", context)));
            turns.add(new Turn(Role.ASSISTANT, String.join("\n", reply)));
            String channel = session.messages().get(0).channel();
            samples.add(new Sample(new Conversation(turns), new SampleMeta(session.number(), replied, channel)));
            keptMessages += reply.size();
        }
        context.clear();
        reply.clear();
    }
}
