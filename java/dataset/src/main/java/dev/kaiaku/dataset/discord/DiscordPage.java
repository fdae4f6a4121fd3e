package dev.kaiaku.dataset.discord;

import dev.kaiaku.dataset.Media;
import dev.kaiaku.dataset.Message;
import dev.kaiaku.dataset.MessageKind;
import dev.kaiaku.dataset.input.BadRows;
import dev.kaiaku.dataset.input.StringPool;
import dev.kaiaku.dataset.markup.HtmlTokens;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where in a page of DiscordChatExporter the reading is: tags open and close, messages come of it. Not thread-safe. */
final class DiscordPage {
    private static final Set<String> VOID = Set.of("img", "br", "meta", "link", "input", "hr", "source", "wbr");
    private static final Pattern LAST_NUMBER = Pattern.compile("(\\d{1,20})\\D*$");
    private static final String NO_DISCRIMINATOR = "#0000";
    /** Before this, Discord gave no ids. */
    private static final long FIRST_MILLIS = 1_420_070_400_000L;

    private final HtmlTokens tokens;
    private final StringPool pool;
    private final Path file;
    private final String channel;
    private final BadRows bad;
    private final Consumer<Message> messages;
    private final DiscordMarkdown markdown = new DiscordMarkdown();
    private final StringBuilder count = new StringBuilder();

    private int depth;
    /** Depths at which the parts that are being read opened; 0 while none is. */
    private int contentDepth;

    private int skippedDepth;
    private int countDepth;
    private int messageDepth;

    /** Of the group: only its first message names who wrote. */
    private String authorId = "";

    private String author = "";
    private boolean bot;

    private @Nullable String id;
    private long line;
    private @Nullable String replyTo;
    private @Nullable Media media;
    private int reactions;
    private boolean system;
    private boolean forwarded;

    DiscordPage(
            HtmlTokens tokens, StringPool pool, Path file, String channel, BadRows bad, Consumer<Message> messages) {
        this.tokens = tokens;
        this.pool = pool;
        this.file = file;
        this.channel = channel;
        this.bad = bad;
        this.messages = messages;
    }

    void start() {
        boolean open = !VOID.contains(tokens.name());
        depth += open ? 1 : 0;
        if (skippedDepth > 0) {
            return;
        }
        List<String> classes = List.of(tokens.attribute("class").split("\\s+"));
        if (contentDepth > 0) {
            if (classes.contains("chatlog__edited-timestamp")) {
                skippedDepth = depth;
            } else {
                markdown.start(tokens, classes, depth, open);
            }
            return;
        }
        for (String part : classes) {
            if (part.startsWith("chatlog__") || part.endsWith("bot-tag")) {
                part(part);
            }
        }
        if (open && countDepth == 0 && classes.contains("chatlog__reaction-count")) {
            countDepth = depth;
            count.setLength(0);
        }
    }

    void end() {
        if (VOID.contains(tokens.name()) || depth == 0) {
            return;
        }
        if (contentDepth > 0 && skippedDepth == 0) {
            markdown.end(depth);
        }
        skippedDepth = depth == skippedDepth ? 0 : skippedDepth;
        contentDepth = depth == contentDepth ? 0 : contentDepth;
        if (depth == countDepth) {
            countDepth = 0;
            reactions += number(count.toString().strip());
        }
        if (depth == messageDepth) {
            close();
        }
        depth--;
    }

    void text() {
        if (skippedDepth > 0) {
            return;
        }
        if (contentDepth > 0) {
            markdown.text(tokens.content());
        } else if (countDepth > 0 && count.length() < 20) {
            count.append(tokens.content());
        }
    }

    /** Hands on the message at hand, if there is one. */
    void close() {
        messageDepth = 0;
        contentDepth = 0;
        if (id == null) {
            return;
        }
        String text = markdown.take();
        Instant time = time(id);
        if (time == null) {
            bad.add(file, line, "no time in the id \"" + BadRows.shortened(id) + "\"");
        } else if (authorId.isEmpty()) {
            bad.add(file, line, "no author");
        } else {
            messages.accept(
                    new Message(time, authorId, author, channel, text, kind(text), id, replyTo, reactions, media));
        }
        id = null;
    }

    private void part(String name) {
        switch (name) {
            case "chatlog__message-group" -> {
                close();
                authorId = "";
                author = "";
                bot = false;
            }
            case "chatlog__message-container", "chatlog__message" -> begin();
            case "chatlog__author", "chatlog__author-name" -> author();
            case "chatlog__system-notification-author" -> {
                author();
                system = true;
            }
            case "chatlog__author-tag", "chatlog__bot-tag" -> bot = true;
            case "chatlog__reply-link" -> replyTo = lastNumber(tokens.attribute("onclick"));
            case "chatlog__reply", "chatlog__embed" -> skip(name);
            case "chatlog__content" -> contentDepth = id == null ? 0 : depth;
            case "chatlog__forwarded", "chatlog__forwarded-content" -> forwarded = true;
            case "chatlog__attachment-generic" -> media = media == null ? Media.FILE : media;
            case "chatlog__attachment-media" ->
                media = switch (tokens.name()) {
                    case "video" -> Media.VIDEO;
                    case "audio" -> Media.AUDIO;
                    default -> Media.IMAGE;
                };
            case "chatlog__sticker" -> media = Media.STICKER;
            default -> {}
        }
    }

    /** An embed is no text of the author; a reply is, but only its link counts. */
    private void skip(String name) {
        if (name.equals("chatlog__embed")) {
            skippedDepth = depth;
        }
    }

    private void begin() {
        String named = tokens.attribute("data-message-id");
        String found = named.isEmpty() ? lastNumber(tokens.attribute("id")) : named;
        if (found == null || found.equals(id)) {
            return;
        }
        close();
        id = found;
        line = tokens.line();
        messageDepth = depth;
        replyTo = null;
        media = null;
        reactions = 0;
        system = false;
        forwarded = false;
    }

    private void author() {
        String number = tokens.attribute("data-user-id");
        String title = tokens.attribute("title");
        if (!number.isEmpty() && !title.isBlank()) {
            char[] chars = number.toCharArray();
            authorId = pool.get(chars, 0, chars.length);
            author = title.endsWith(NO_DISCRIMINATOR)
                    ? title.substring(0, title.length() - NO_DISCRIMINATOR.length())
                    : title;
        }
    }

    private MessageKind kind(String text) {
        if (bot) {
            return MessageKind.BOT;
        }
        if (system) {
            return MessageKind.SYSTEM;
        }
        return forwarded && text.isBlank() ? MessageKind.FORWARDED : MessageKind.SAID;
    }

    /** When an id was given: its upper bits count milliseconds. */
    static @Nullable Instant time(String id) {
        try {
            long millis = Long.parseLong(id) >>> 22;
            return millis == 0 ? null : Instant.ofEpochMilli(FIRST_MILLIS + millis);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable String lastNumber(String text) {
        Matcher matcher = LAST_NUMBER.matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }

    private static int number(String digits) {
        return digits.length() < 7 && !digits.isEmpty() && digits.chars().allMatch(Character::isDigit)
                ? Integer.parseInt(digits)
                : 0;
    }
}
