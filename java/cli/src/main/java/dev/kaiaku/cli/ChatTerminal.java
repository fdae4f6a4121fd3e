package dev.kaiaku.cli;

import dev.kaiaku.chat.Conversation;
import dev.kaiaku.chat.Persona;
import dev.kaiaku.dataset.BadInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A conversation typed on a terminal. Nothing of it is kept when it ends. */
final class ChatTerminal {
    private static final String HELP = """
            /as NAME   speak as somebody else
            /reset     start over; the persona forgets what was said
            /quit      leave (Ctrl-D does too)
            Ctrl-C stops a reply.""";

    private final Persona persona;
    private final Conversation chat;
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private String author;

    ChatTerminal(Persona persona, String author) {
        this.persona = persona;
        this.chat = persona.conversation();
        this.author = author;
    }

    void run() {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            terminal.handle(Terminal.Signal.INT, signal -> interrupted.set(true));
            LineReader reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                    .build();
            terminal.writer().println("You are talking to " + persona.name() + ", a model. /help lists commands.");
            while (converse(reader, terminal.writer())) {
                terminal.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the terminal cannot be opened: " + e.getMessage(), e);
        }
    }

    private boolean converse(LineReader reader, PrintWriter out) {
        String line;
        try {
            line = reader.readLine(author + "> ").strip();
        } catch (UserInterruptException e) {
            return true;
        } catch (EndOfFileException e) {
            return false;
        }
        if (line.equals("/quit") || line.equals("/exit")) {
            return false;
        }
        if (line.equals("/reset")) {
            chat.reset();
            out.println("(a new conversation)");
        } else if (line.startsWith("/as ") && !line.substring(4).isBlank()) {
            author = line.substring(4).strip();
        } else if (line.startsWith("/")) {
            out.println(HELP);
        } else if (!line.isEmpty()) {
            answer(line, out);
        }
        return true;
    }

    private void answer(String text, PrintWriter out) {
        interrupted.set(false);
        String name = TerminalText.safe(persona.name()) + "> ";
        out.print(name);
        out.flush();
        try {
            String reply = chat.say(author, text, piece -> {
                if (interrupted.get()) {
                    throw new CancellationException();
                }
                out.print(TerminalText.safe(piece).replace("\n", "\n" + name));
                out.flush();
            });
            out.println(reply.isEmpty() ? "(nothing)" : "");
        } catch (CancellationException e) {
            out.println(" (stopped)");
        } catch (BadInputException e) {
            out.println("(" + e.getMessage() + ")");
        }
    }
}
