package dev.kaiaku.dataset.discord;

import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.ExportReader;
import dev.kaiaku.dataset.input.StringPool;
import dev.kaiaku.dataset.markup.HtmlTokens;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Reads the pages of DiscordChatExporter tag by tag. Times come from the ids of messages, which hold them to the
 * millisecond; the page itself shows minutes of an unnamed zone.
 */
public final class DiscordHtml implements ExportReader {
    private final BadRows bad;
    private final StringPool pool;

    public DiscordHtml(BadRows bad, StringPool pool) {
        this.bad = bad;
        this.pool = pool;
    }

    @Override
    public void read(Path file, String channel, LongConsumer position, Consumer<Message> messages) {
        try (HtmlTokens tokens = new HtmlTokens(file)) {
            DiscordPage page = new DiscordPage(tokens, pool, file, channel, bad, messages);
            boolean complete = false;
            for (HtmlTokens.Kind kind = tokens.next(); kind != null; kind = tokens.next()) {
                switch (kind) {
                    case START -> page.start();
                    case END -> {
                        page.end();
                        complete |= tokens.name().equals("html");
                        position.accept(tokens.position());
                    }
                    case TEXT -> page.text();
                }
            }
            if (!complete) {
                bad.warn(file.getFileName() + " line " + tokens.line()
                        + ": the file ends in the middle; it was read up to there");
            }
            page.close();
        }
    }
}
