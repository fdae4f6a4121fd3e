package dev.kaiaku.dataset;

import java.util.Locale;
import java.util.Set;

/** What can come with a message besides text. */
public enum Media {
    IMAGE,
    VIDEO,
    AUDIO,
    STICKER,
    FILE;

    private static final Set<String> IMAGES = Set.of("png", "jpg", "jpeg", "gif", "webp", "heic", "bmp", "avif");
    private static final Set<String> VIDEOS = Set.of("mp4", "mov", "webm", "mkv", "avi", "3gp");
    private static final Set<String> SOUNDS = Set.of("ogg", "opus", "mp3", "m4a", "wav", "flac", "aac");

    private final String mark = "<" + name().toLowerCase(Locale.ROOT) + ">";

    /** What stands in a text for it, such as {@code <image>}. */
    public String mark() {
        return mark;
    }

    /** What a file is, by the ending of its name or address. */
    public static Media ofFile(String name) {
        int query = name.indexOf('?');
        String path = query < 0 ? name : name.substring(0, query);
        String ending = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (IMAGES.contains(ending)) {
            return IMAGE;
        }
        return VIDEOS.contains(ending) ? VIDEO : SOUNDS.contains(ending) ? AUDIO : FILE;
    }
}
