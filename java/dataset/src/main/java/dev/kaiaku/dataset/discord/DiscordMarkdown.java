package dev.kaiaku.dataset.discord;

import dev.kaiaku.dataset.markup.HtmlTokens;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Turns the content of a message on a page back into what was typed. Not thread-safe. */
final class DiscordMarkdown {
    private static final int MAX_TEXT = 1 << 22;
    private static final int MAX_OPEN = 1000;
    private static final Pattern WORD = Pattern.compile("\\w{2,40}");
    private static final Set<String> HEADINGS = Set.of("h1", "h2", "h3");

    private final StringBuilder text = new StringBuilder();
    private final Deque<Open> open = new ArrayDeque<>();

    /**
     * An element that is still open.
     *
     * @param start where its text starts
     * @param end written when it closes
     * @param link where it leads to; empty for what is no link
     */
    private record Open(int depth, int start, String end, String link, boolean quote) {}

    void start(HtmlTokens tokens, List<String> classes, int depth, boolean opens) {
        String name = tokens.name();
        if (!opens) {
            if (name.equals("img")) {
                emoji(tokens.attribute("alt"));
            } else if (name.equals("br")) {
                append("\n");
            }
            return;
        }
        if (open.size() >= MAX_OPEN) {
            return;
        }
        boolean block = classes.contains("chatlog__markdown-pre--multiline");
        if (block) {
            append("```" + language(classes) + "\n");
            push(depth, "\n```", "", false);
        } else if (classes.contains("chatlog__markdown-pre--inline")) {
            append("`");
            push(depth, "`", "", false);
        } else if (classes.contains("chatlog__markdown-spoiler")) {
            mark(depth, "||");
        } else if (classes.contains("chatlog__markdown-quote-content")) {
            push(depth, "\n", "", true);
        } else if (HEADINGS.contains(name)) {
            append("#".repeat(name.charAt(1) - '0') + " ");
            push(depth, "\n", "", false);
        } else {
            switch (name) {
                case "strong", "b" -> mark(depth, "**");
                case "em", "i" -> mark(depth, "*");
                case "u" -> mark(depth, "__");
                case "s", "del" -> mark(depth, "~~");
                case "li" -> {
                    append("- ");
                    push(depth, "\n", "", false);
                }
                case "a" -> push(depth, "", tokens.attribute("href"), false);
                default -> {}
            }
        }
    }

    void end(int depth) {
        Open last = open.peek();
        if (last == null || last.depth() != depth) {
            return;
        }
        open.pop();
        if (last.quote()) {
            String quoted = text.substring(last.start());
            text.setLength(last.start());
            append("> " + quoted.replace("\n", "\n> "));
        }
        String shown = last.link().isEmpty() ? "" : text.substring(last.start());
        if (!last.link().isEmpty() && !last.link().equals(shown)) {
            text.setLength(last.start());
            append(shown.contains("://") ? shown : "[" + shown + "](" + last.link() + ")");
        }
        append(last.end());
    }

    void text(CharSequence part) {
        append(part);
    }

    /** The text of the message, which ends here. */
    String take() {
        String taken = text.toString().strip();
        text.setLength(0);
        open.clear();
        return taken;
    }

    private void mark(int depth, String mark) {
        append(mark);
        push(depth, mark, "", false);
    }

    private void push(int depth, String end, String link, boolean quote) {
        open.push(new Open(depth, text.length(), end, link, quote));
    }

    /** Custom emoji have a name, the others are characters. */
    private void emoji(String alt) {
        append(WORD.matcher(alt).matches() ? ":" + alt + ":" : alt);
    }

    private void append(CharSequence part) {
        if (text.length() + part.length() <= MAX_TEXT) {
            text.append(part);
        }
    }

    private static String language(List<String> classes) {
        return classes.stream()
                .filter(name -> name.startsWith("language-"))
                .map(name -> name.substring("language-".length()))
                .findFirst()
                .orElse("");
    }
}
