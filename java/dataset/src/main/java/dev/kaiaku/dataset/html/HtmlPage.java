package dev.kaiaku.dataset.html;

import dev.kaiaku.dataset.AtomicFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A page that is written from top to bottom. Everything given is text and is escaped here; the page is light or
 * dark as its reader's system is, and one column wide on a phone. Not thread-safe.
 */
public final class HtmlPage {
    private static final String STYLE = """
            :root{color-scheme:light dark;--page:#fbfbfa;--card:#fff;--ink:#1d2126;--soft:#5c6570;--line:#dfe2e6;
            --c0:#2563c9;--c1:#c2410c;--c2:#0f8a5f;--c3:#8b3fc4}
            @media(prefers-color-scheme:dark){:root{--page:#15181c;--card:#1d2126;--ink:#e7eaee;--soft:#9aa4b0;
            --line:#343a42;--c0:#74a5ff;--c1:#ff9a62;--c2:#4fd1a1;--c3:#c79bff}}
            *{box-sizing:border-box}
            body{margin:0 auto;max-width:64rem;padding:1.25rem 1rem 3rem;background:var(--page);color:var(--ink);
            font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
            h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0 .25rem}
            h2{font-size:1.15rem;margin:2rem 0 .6rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
            p{margin:.5rem 0;max-width:46rem}.soft,figcaption,dt,th{color:var(--soft)}
            .notice{border-left:4px solid var(--c1);padding:.5rem .9rem;background:var(--card);border-radius:4px}
            .figures{display:grid;gap:1rem;margin:.8rem 0;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr))}
            figure,.facts>div{margin:0;padding:.75rem .9rem;background:var(--card);border:1px solid var(--line);border-radius:8px}
            figcaption{font-weight:600;font-size:.9rem;margin-bottom:.35rem}
            svg{display:block;width:100%;height:auto;font-size:12px;fill:var(--soft)}
            .grid{stroke:var(--line)}.c0,.c1,.c2,.c3{fill:none;stroke-width:1.8;stroke-linejoin:round}
            .c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}
            .m0,.bar{fill:var(--c0)}.m1{fill:var(--c1)}.m2{fill:var(--c2)}.m3{fill:var(--c3)}
            .facts{display:grid;gap:.6rem;margin:0;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr))}
            .facts>div{padding:.5rem .75rem}dt{font-size:.8rem}dd{margin:0;font-weight:600}
            .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}
            th,td{text-align:left;vertical-align:top;padding:.35rem .7rem .35rem 0;border-bottom:1px solid var(--line)}
            td{white-space:pre-wrap;overflow-wrap:break-word}th{font-weight:600;white-space:nowrap}
            .chat{display:flex;flex-direction:column;gap:.35rem;margin:.8rem 0;padding:.8rem;background:var(--card);
            border:1px solid var(--line);border-radius:8px}
            .said{align-self:flex-start;max-width:85%;padding:.35rem .7rem;border-radius:12px;background:var(--page);
            border:1px solid var(--line)}.said span{white-space:pre-wrap}.said b{display:block;font-size:.75rem;color:var(--soft)}
            .own{align-self:flex-end}.learned{border-color:var(--c0);background:color-mix(in srgb,var(--c0) 14%,var(--card))}
            .answers{display:grid;gap:.5rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr))}
            .answers .said{max-width:none;align-self:stretch}
            pre{overflow-x:auto;padding:.75rem .9rem;background:var(--card);border:1px solid var(--line);border-radius:8px}
            a{color:var(--c0);margin-right:1rem}
            details{margin:.6rem 0}summary{cursor:pointer;color:var(--soft)}
            """;

    private final String title;
    private final StringBuilder body = new StringBuilder();
    private boolean inDetails;

    public HtmlPage(String title) {
        this.title = title;
        element("h1", "", title);
    }

    /** A heading; what follows belongs to it. */
    public HtmlPage section(String heading) {
        closeDetails();
        return element("h2", "", heading);
    }

    /** A line that opens what follows, up to the next heading; it is shut at first. */
    public HtmlPage folded(String summary) {
        closeDetails();
        body.append("<details>");
        inDetails = true;
        return element("summary", "", summary);
    }

    public HtmlPage paragraph(String text) {
        return element("p", "", text);
    }

    /** A paragraph in a paler colour. */
    public HtmlPage remark(String text) {
        return element("p", " class=\"soft\"", text);
    }

    /** A paragraph that stands out. */
    public HtmlPage notice(String text) {
        return element("p", " class=\"notice\"", text);
    }

    /** Names and values as small cards. */
    public HtmlPage facts(Map<String, String> facts) {
        body.append("<dl class=\"facts\">\n");
        facts.forEach((name, value) -> {
            body.append("<div>");
            element("dt", "", name);
            element("dd", "", value);
            body.append("</div>\n");
        });
        body.append("</dl>\n");
        return this;
    }

    /** Charts side by side where there is room. */
    public HtmlPage charts(List<? extends Chart> charts) {
        body.append("<div class=\"figures\">\n");
        for (Chart chart : charts) {
            body.append("<figure>");
            element("figcaption", "", chart.title());
            body.append(chart.svg()).append("</figure>\n");
        }
        body.append("</div>\n");
        return this;
    }

    /** A table that scrolls sideways where it is too wide; line ends in cells are kept. */
    public HtmlPage table(List<String> heads, List<List<String>> rows) {
        body.append("<div class=\"scroll\"><table>\n<tr>");
        heads.forEach(head -> element("th", "", head));
        body.append("</tr>\n");
        for (List<String> row : rows) {
            body.append("<tr>");
            row.forEach(cell -> element("td", "", cell));
            body.append("</tr>\n");
        }
        body.append("</table></div>\n");
        return this;
    }

    /** Lines to type, as they are. */
    public HtmlPage commands(String lines) {
        return element("pre", "", lines);
    }

    /**
     * Other pages.
     *
     * @param pages their names, and their paths from the folder of this one
     */
    public HtmlPage links(Map<String, String> pages) {
        body.append("<p>");
        pages.forEach((name, path) -> body.append("<a href=\"./")
                .append(Html.escape(path.replace("%", "%25").replace("#", "%23").replace("?", "%3F")))
                .append("\">")
                .append(Html.escape(name))
                .append("</a> "));
        body.append("</p>\n");
        return this;
    }

    /**
     * Something said in a chat.
     *
     * @param own whether it stands on the right
     * @param learned whether it has the colour of what is learned
     */
    public record Bubble(String name, String text, boolean own, boolean learned) {}

    /** A piece of a chat. */
    public HtmlPage bubbles(List<Bubble> said) {
        body.append("<div class=\"chat\">\n");
        said.forEach(this::bubble);
        body.append("</div>\n");
        return this;
    }

    /** A piece of a chat and several answers to it, beside each other where there is room. */
    public HtmlPage answers(List<Bubble> said, List<Bubble> answers) {
        body.append("<div class=\"chat\">\n");
        said.forEach(this::bubble);
        body.append("<div class=\"answers\">\n");
        answers.forEach(this::bubble);
        body.append("</div></div>\n");
        return this;
    }

    private void bubble(Bubble bubble) {
        body.append("<div class=\"said")
                .append(bubble.own() ? " own" : "")
                .append(bubble.learned() ? " learned" : "")
                .append("\">");
        if (!bubble.name().isEmpty()) {
            element("b", "", bubble.name());
        }
        element("span", "", bubble.text());
        body.append("</div>\n");
    }

    /** The whole document. */
    public String html() {
        closeDetails();
        return """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8">
                <meta name="viewport" content="width=device-width,initial-scale=1">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline'">
                <title>""" + Html.escape(title) + "</title>\n<style>\n" + STYLE + "</style></head>\n<body>\n" + body
                + "</body></html>\n";
    }

    /** Writes the document; the file is there whole or not at all. */
    public void write(Path file) {
        AtomicFile.write(file, html());
    }

    private HtmlPage element(String name, String attributes, String text) {
        body.append('<').append(name).append(attributes).append('>').append(Html.escape(text));
        body.append("</").append(name).append(">\n");
        return this;
    }

    private void closeDetails() {
        if (inDetails) {
            body.append("</details>\n");
            inDetails = false;
        }
    }
}
