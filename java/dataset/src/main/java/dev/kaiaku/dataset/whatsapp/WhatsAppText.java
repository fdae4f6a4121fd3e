package dev.kaiaku.dataset.whatsapp;

import dev.kaiaku.dataset.Media;
import dev.kaiaku.dataset.MessageKind;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What WhatsApp writes into the text of messages by itself, in the languages known: marks of media that are not
 * in the export, of files, of deleted and edited messages, and notices. Text around them is kept.
 */
public record WhatsAppText(
        MessageKind kind, String text, @Nullable Media media) {
    /** Stands before everything that an Apple phone adds. */
    private static final char ADDED = '\u200E';

    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    private static final String GONE =
            "omitted|omitid[oa]|ocult(?:ad)?[oa]|omis[e]?|omess[oa]|weggelassen|ausgeschlossen";
    private static final Pattern EDITED = Pattern.compile(
            "[\\s\\p{Zs}\u200E]*<(?:This message was edited|(?:Esta )?mensagem (?:foi )?editada"
                    + "|Se editó este mensaje|Diese Nachricht wurde bearbeitet)\\.?>$",
            FLAGS);
    private static final Pattern DELETED = Pattern.compile(
            "(?:This message was deleted|You deleted this message|(?:Esta )?mensagem (?:foi )?apagada"
                    + "|Você apagou esta mensagem|Apagou esta mensagem|Se eliminó este mensaje|Eliminaste este mensaje"
                    + "|Diese Nachricht wurde gelöscht|Du hast diese Nachricht gelöscht)\\.?",
            FLAGS);
    private static final Pattern HIDDEN = Pattern.compile(
            "<[^<>\n]{0,40}(?:" + GONE + ")>"
                    + "|(?:image|video|video note|audio|sticker|GIF|document|contact card) omitted"
                    + "|(?:imagem|áudio|vídeo|nota de vídeo|mensagem de vídeo|figurinha|GIF|documento|cartão do contato)"
                    + " (?:omitid|ocultad)[oa]"
                    + "|(?:location|live location|localização|ubicación|Standort): https?://\\S+",
            FLAGS);
    /** The same at the end of a caption; only after the mark, since people can write these words too. */
    private static final Pattern HIDDEN_AFTER =
            Pattern.compile("[\\s\\p{Zs}]*\u200E[^\n\u200E]{1,40} (?:" + GONE + ")\\.?$", FLAGS);

    private static final Pattern FILE_BEFORE = Pattern.compile(
            "\u200E?[^\n]{1,200}\\.\\w{2,5} \\((?:file attached|arquivo anexado|ficheiro anexado|archivo adjunto"
                    + "|Datei angehängt|fichier joint|file allegato)\\)[\\s\\p{Zs}]*",
            FLAGS);
    private static final Pattern FILE = Pattern.compile(
            "\u200E?<(?:attached|anexado|adjunto|Anhang|pièce jointe|allegato): [^<>\n]{1,200}>", FLAGS);
    /** Name and pages of a document, which stand before the mark of its file. */
    private static final Pattern DOCUMENT = Pattern.compile("[^\n]{1,200}\\.\\w{2,5} • \\d{1,6} \\p{L}{1,20}");

    private static final Pattern FILE_NAME = Pattern.compile("(STK-)?[\\w-]{1,100}\\.\\w{2,5}\\b");
    /** Marks at the end of a text are no longer than this. */
    private static final int TAIL = 100;

    /** Sorts the text of a message; {@link MessageKind#SAID} with what is left where somebody said something. */
    public static WhatsAppText of(String raw) {
        String text = withoutEnd(EDITED, raw);
        String bare = withoutMarks(text);
        if (DELETED.matcher(bare).matches()) {
            return new WhatsAppText(MessageKind.DELETED, "", null);
        }
        if (HIDDEN.matcher(bare).matches()) {
            return new WhatsAppText(MessageKind.MEDIA, "", media(bare));
        }
        String said = withoutFile(withoutEnd(HIDDEN_AFTER, text)).strip();
        boolean whole = said.length() == text.strip().length();
        String words = whole ? bare : withoutMarks(said);
        if (words.isEmpty() || (!whole && DOCUMENT.matcher(words).matches())) {
            return bare.isEmpty()
                    ? new WhatsAppText(MessageKind.SAID, "", null)
                    : new WhatsAppText(MessageKind.MEDIA, "", media(bare));
        }
        return new WhatsAppText(
                whole && said.charAt(0) == ADDED ? MessageKind.SYSTEM : MessageKind.SAID,
                whole ? text : said,
                whole ? null : media(bare));
    }

    /** What the mark of a file that is not there speaks of. */
    private static Media media(String mark) {
        Matcher name = FILE_NAME.matcher(mark);
        if (name.find()) {
            return name.group(1) == null ? Media.ofFile(name.group()) : Media.STICKER;
        }
        String words = mark.toLowerCase(Locale.ROOT);
        if (words.contains("sticker") || words.contains("figurinha")) {
            return Media.STICKER;
        }
        if (words.contains("vídeo") || words.contains("video")) {
            return Media.VIDEO;
        }
        if (words.contains("udio")) {
            return Media.AUDIO;
        }
        return words.contains("documen") || words.contains("cont") ? Media.FILE : Media.IMAGE;
    }

    private static String withoutEnd(Pattern mark, String text) {
        Matcher matcher = mark.matcher(text).region(Math.max(0, text.length() - TAIL), text.length());
        return matcher.find() ? text.substring(0, matcher.start()) : text;
    }

    private static String withoutFile(String text) {
        Matcher before = FILE_BEFORE.matcher(text);
        String rest = before.lookingAt() ? text.substring(before.end()) : text;
        Matcher file = FILE.matcher(rest);
        return file.find() ? file.replaceFirst("") : rest;
    }

    private static String withoutMarks(String text) {
        return text.replace(String.valueOf(ADDED), "").strip();
    }
}
