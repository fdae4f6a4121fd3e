package dev.kaiaku.dataset.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;

/** What is wrong with a text that should be JSON, in a few words. */
public final class JsonFault {
    private JsonFault() {}

    /** Such as {@code not JSON at column 7}; for one line of text, whose column is enough. */
    public static String of(JsonProcessingException e) {
        if (e instanceof StreamConstraintsException) {
            return "JSON that is nested too deeply or has too long a text";
        }
        JsonLocation location = e.getLocation();
        return location == null ? "not JSON" : "not JSON at column " + location.getColumnNr();
    }
}
