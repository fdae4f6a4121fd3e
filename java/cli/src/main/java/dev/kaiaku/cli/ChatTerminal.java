package dev.kaiaku.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.ArgumentCompleter;
import org.jline.reader.impl.completer.NullCompleter;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A conversation typed on a terminal. A paste of several lines is one message; nothing is kept when it ends. */
final class ChatTerminal {
    private final ChatSession session;

    ChatTerminal(ChatSession session) {
        this.session = session;
    }

    void run() {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            terminal.handle(Terminal.Signal.INT, signal -> session.interrupt());
            // What is typed while the persona writes waits for the next line, and must not show in the reply.
            terminal.echo(false);
            LineReader reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .completer(
                            new ArgumentCompleter(new StringsCompleter(ChatSession.commands()), NullCompleter.INSTANCE))
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                    .option(LineReader.Option.BRACKETED_PASTE, true)
                    .build();
            String name = TerminalText.safe(session.persona().name());
            terminal.writer().println("You are talking to a machine that imitates " + name + ". /help lists commands.");
            terminal.writer().println("(" + session.persona().engine() + ")");
            while (converse(reader)) {
                terminal.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the terminal cannot be opened: " + e.getMessage(), e);
        }
    }

    private boolean converse(LineReader reader) {
        try {
            return session.type(reader.readLine(session.prompt()));
        } catch (UserInterruptException e) {
            return true;
        } catch (EndOfFileException e) {
            return false;
        }
    }
}
