package dev.kaiaku.model.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.BadInputException;
import dev.kaiaku.dataset.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Fetches models of a Hugging Face hub into its cache. Nothing that was fetched is ever executed. */
final class HubClient {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");
    private static final Pattern MODEL_FILE = Pattern.compile("config\\.json|generation_config\\.json"
            + "|model(-[0-9]+-of-[0-9]+)?\\.safetensors|model\\.safetensors\\.index\\.json"
            + "|tokenizer\\.json|tokenizer_config\\.json|special_tokens_map\\.json|chat_template\\.jinja");

    private final HubHttp http;
    private final HubCache cache;
    private final HubDownload download;

    HubClient(HubHttp http, HubCache cache, long retryMillis) {
        this.http = http;
        this.cache = cache;
        this.download = new HubDownload(http, retryMillis);
    }

    /** What the hub says of the newest commit. */
    private record Listing(String commit, List<String> files) {}

    /**
     * A model of the hub: the folder of its newest snapshot, or the file that the source names.
     *
     * @throws BadInputException where there is no such model, or no right to it
     * @throws UncheckedIOException where the hub cannot be reached, or what arrived is wrong
     */
    Path fetch(BaseSource source, Progress progress) {
        try {
            Listing listing = list(source.id());
            List<String> wanted = wanted(source, listing);
            Path snapshot = cache.snapshot(source.id(), listing.commit());
            for (String file : wanted) {
                Path link = snapshot.resolve(file);
                if (!Files.isRegularFile(link)) {
                    fetchFile(source, listing.commit(), file, progress);
                }
            }
            cache.setMain(source.id(), listing.commit());
            return source.file() == null ? snapshot : snapshot.resolve(source.file());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot fetch " + source.id() + " from " + http.endpoint() + ": " + reason(e)
                            + "; check the network or HF_ENDPOINT and run again",
                    e);
        }
    }

    /** What an earlier fetch left, null where there is none or it is incomplete. */
    @Nullable Path cached(BaseSource source) {
        @Nullable String commit = cache.main(source.id()).orElse(null);
        if (commit == null || !COMMIT.matcher(commit).matches()) {
            return null;
        }
        Path snapshot = cache.snapshot(source.id(), commit);
        if (source.file() != null) {
            Path file = snapshot.resolve(source.file());
            return Files.isRegularFile(file) ? file : null;
        }
        return SnapshotFiles.complete(snapshot) ? snapshot : null;
    }

    private List<String> wanted(BaseSource source, Listing listing) {
        @Nullable String one = source.file();
        if (one != null) {
            if (!listing.files().contains(one)) {
                throw new BadInputException(source.id() + ": no file " + one + " there; look at " + page(source.id()));
            }
            return List.of(one);
        }
        List<String> files = listing.files().stream()
                .filter(file -> MODEL_FILE.matcher(file).matches())
                .toList();
        if (!files.contains("config.json") || files.stream().noneMatch(file -> file.endsWith(".safetensors"))) {
            throw new BadInputException(source.id()
                    + ": no config.json with model.safetensors there; a GGUF file of it is named " + source.id()
                    + "/FILE.gguf");
        }
        return files;
    }

    private Listing list(String id) throws IOException {
        HttpURLConnection connection = download.retrying(() -> http.get(http.resolve("/api/models/" + id), 0));
        check(connection, id);
        JsonNode answer;
        try (InputStream in = connection.getInputStream()) {
            answer = new ObjectMapper().readTree(in);
        }
        String commit = answer.path("sha").asText();
        List<String> files = new ArrayList<>();
        for (JsonNode sibling : answer.path("siblings")) {
            String file = sibling.path("rfilename").asText();
            if (FILE.matcher(file).matches()) {
                files.add(file);
            }
        }
        if (!COMMIT.matcher(commit).matches()) {
            throw new IOException("an answer that is no hub's: no commit of " + id);
        }
        return new Listing(commit, files);
    }

    private void fetchFile(BaseSource source, String commit, String file, Progress progress) throws IOException {
        URI uri = http.resolve("/" + source.id() + "/resolve/" + commit + "/" + file);
        HttpURLConnection head = download.retrying(() -> http.head(uri));
        check(head, source.id());
        String etag = etag(head);
        if (!ETAG.matcher(etag).matches()) {
            throw new IOException("an answer that is no hub's: no ETag of " + file);
        }
        @Nullable String known = source.sha256();
        if (known != null && HubDownload.isSha256(etag) && !known.equals(etag)) {
            throw new IOException(file + " there has SHA-256 " + etag + ", not " + known + " as catalogued");
        }
        Path blob = cache.blob(source.id(), etag);
        if (!Files.isRegularFile(blob)) {
            download.fetch(new HubDownload.Wanted(uri, file, size(head), etag, known), blob, progress);
        }
        cache.link(source.id(), commit, file, etag);
    }

    private static String etag(HttpURLConnection head) {
        @Nullable String linked = head.getHeaderField("X-Linked-Etag");
        @Nullable String own = linked != null ? linked : head.getHeaderField("ETag");
        return own == null ? "" : own.replaceFirst("^W/", "").replace("\"", "");
    }

    private static long size(HttpURLConnection head) {
        long linked = head.getHeaderFieldLong("X-Linked-Size", -1);
        return linked >= 0 ? linked : head.getHeaderFieldLong("Content-Length", -1);
    }

    private void check(HttpURLConnection connection, String id) throws IOException {
        int status = connection.getResponseCode();
        if (status < 400) {
            return;
        }
        String code = String.valueOf(connection.getHeaderField("X-Error-Code"));
        if (status == 404 || code.equals("RepoNotFound")) {
            throw new BadInputException(
                    id + ": no such model at " + http.endpoint() + ", or a private one (HF_TOKEN opens it)");
        }
        if (status == 401 || status == 403) {
            throw new BadInputException(
                    id + ": the hub wants a token of someone who accepted its licence; accept it at " + page(id)
                            + " and set HF_TOKEN");
        }
        throw new IOException("the hub answered " + status);
    }

    private String page(String id) {
        return http.endpoint() + "/" + id;
    }

    private static String reason(IOException e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return e instanceof UnknownHostException ? "unknown host " + message : message;
    }
}
