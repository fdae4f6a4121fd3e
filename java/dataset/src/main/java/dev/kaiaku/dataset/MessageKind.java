package dev.kaiaku.dataset;

/** What a {@link Message} is, as far as its format tells. */
public enum MessageKind {
    /** The format does not tell; only the text can. */
    UNKNOWN(""),
    /** Said by a person. */
    SAID(""),
    /** Said by a program. */
    BOT("bot"),
    /** A notice of the chat itself. */
    SYSTEM("system message"),
    /** Someone else's words. */
    FORWARDED("forwarded"),
    /** A picture, a sound, a sticker or the like without words. */
    MEDIA("media"),
    /** Taken back by its author. */
    DELETED("deleted");

    private final String reason;

    MessageKind(String reason) {
        this.reason = reason;
    }

    /** Whether cleaning leaves such messages out. */
    public boolean isLeftOut() {
        return !reason.isEmpty();
    }

    /** Under which the messages left out are counted. */
    public String reason() {
        return reason;
    }
}
