package dev.kaiaku.cli;

import dev.kaiaku.chat.Conversation;
import dev.kaiaku.chat.Ending;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.chat.Piece;
import dev.kaiaku.chat.Reply;
import dev.kaiaku.dataset.BadInputException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A conversation with a persona in lines: what is said, and commands that begin with a slash. */
final class ChatSession {
    private static final String PLAIN = "\u001b[0m";
    private static final int COLOURS = 6;
    private static final String HELP = String.join(
            System.lineSeparator(),
            "/as NAME       speak as somebody else",
            "/hear TEXT     say it without asking for a reply",
            "/regen         another reply in the place of the last one",
            "/reset         start over; the persona forgets what was said",
            "/save FILE     keep the conversation, as a line of training data",
            "/load FILE     go on with a conversation that was kept",
            "/seed N        make replies repeatable; -1 for another seed each time",
            "/strength X    factor of the adapter: 1 as trained, 0 the base alone",
            "/engine        what runs the persona",
            "/quit          leave (Ctrl-D does too)",
            "Ctrl-C stops a reply.");

    private final Persona persona;
    private final PrintWriter out;
    private final boolean terminal;
    private Conversation chat;
    private String author;
    private volatile @Nullable Reply writing;

    /** @param terminal whether to print names before replies, in colours */
    ChatSession(Persona persona, String author, PrintWriter out, boolean terminal) {
        this.persona = persona;
        this.chat = persona.conversation();
        this.author = author;
        this.out = out;
        this.terminal = terminal;
    }

    /** The commands, as they begin. */
    static List<String> commands() {
        return HELP.lines()
                .filter(line -> line.startsWith("/"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .toList();
    }

    Persona persona() {
        return persona;
    }

    String author() {
        return author;
    }

    /** What stands before a line that is typed. */
    String prompt() {
        return coloured(author) + "> ";
    }

    /** Takes a line as it was typed; false where it was the last one. */
    boolean type(String line) {
        String typed = line.strip();
        if (!typed.startsWith("/")) {
            if (!typed.isEmpty()) {
                answer(typed);
            }
            return true;
        }
        int space = typed.indexOf(' ');
        String command = space < 0 ? typed : typed.substring(0, space);
        String rest = space < 0 ? "" : typed.substring(space).strip();
        if (command.equals("/quit") || command.equals("/exit")) {
            return false;
        }
        try {
            obey(command.toLowerCase(Locale.ROOT), rest);
        } catch (BadInputException | UncheckedIOException | IllegalStateException | IllegalArgumentException e) {
            note(Failures.oneLine(e));
        }
        return true;
    }

    private void obey(String command, String rest) {
        switch (command) {
            case "/as" -> author = wanted(rest, "a name");
            case "/hear" -> chat.hear(author, wanted(rest, "a text"));
            case "/regen" -> follow(chat.regenerate());
            case "/reset" -> {
                chat.reset();
                note("a new conversation");
            }
            case "/save" -> {
                chat.save(Path.of(wanted(rest, "a file")));
                note("kept in " + rest);
            }
            case "/load" -> {
                chat = persona.load(Path.of(wanted(rest, "a file")));
                note(chat.history().size() + " messages were said before");
            }
            case "/seed" -> {
                chat.options(chat.options().withSeed((int) number(rest)));
                note("seed " + chat.options().seed());
            }
            case "/strength" -> {
                persona.strength(number(rest));
                note("strength " + persona.strength());
            }
            case "/engine" -> note(persona.engine());
            case "/help" -> out.println(HELP);
            default -> note("there is no command " + command + "; /help lists those there are");
        }
        out.flush();
    }

    private static String wanted(String given, String what) {
        if (given.isEmpty()) {
            throw new IllegalArgumentException("expected " + what + " behind the command");
        }
        return given;
    }

    private static double number(String given) {
        try {
            return Double.parseDouble(wanted(given, "a number"));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a number, not " + given, e);
        }
    }

    /** Says a text and prints the reply; what cannot be said is told on a terminal and thrown elsewhere. */
    void answer(String text) {
        if (!terminal) {
            follow(chat.say(author, text));
            return;
        }
        try {
            follow(chat.say(author, text));
        } catch (BadInputException e) {
            note(Failures.oneLine(e));
        }
    }

    /** Stops the reply that is being written, from any thread. */
    void interrupt() {
        @Nullable Reply reply = writing;
        if (reply != null) {
            reply.cancel();
        }
    }

    private void follow(Reply reply) {
        writing = reply;
        String name = terminal ? coloured(persona.name()) + "> " : "";
        out.print(name);
        out.flush();
        int message = 0;
        for (Piece piece : reply) {
            if (piece.message() > message) {
                out.print(System.lineSeparator() + name);
                message = piece.message();
            }
            out.print(TerminalText.safe(piece.text()));
            out.flush();
        }
        boolean nothing = terminal && reply.messages().isEmpty();
        out.println(reply.ending() == Ending.CANCELLED ? " (stopped)" : nothing ? "(nothing)" : "");
        out.flush();
        writing = null;
    }

    private void note(String text) {
        out.println("(" + TerminalText.safe(text) + ")");
        out.flush();
    }

    private String coloured(String name) {
        String safe = TerminalText.safe(name);
        int colour = 31 + Math.floorMod(name.hashCode(), COLOURS);
        return terminal ? "\u001b[" + colour + "m" + safe + PLAIN : safe;
    }
}
