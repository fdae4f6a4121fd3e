package dev.kaiaku.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kaiaku.dataset.SampleExport;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreviewCommandTest {
    @TempDir
    Path folder;

    @Test
    void tellsProgramsWhatIsLearnedAndWhy() throws IOException {
        Path export = SampleExport.copyTo(folder.resolve("export"));
        Path data = folder.resolve("data");
        Program build = Program.run("dataset", "build", export, "--persona", SampleExport.PERSONA, "--out", data);
        assertThat(build.exitCode()).isZero();

        Program preview = Program.run("dataset", "preview", data, "--worst", "-n", 2, "--json");

        assertThat(preview.exitCode()).isZero();
        JsonNode samples = new ObjectMapper().readTree(preview.out()).get("samples");
        assertThat(samples.size()).isEqualTo(2);
        for (JsonNode sample : samples) {
            assertThat(sample.get("score").asText()).matches("0\\.\\d+: length .*");
            assertThat(sample.get("spans").findValuesAsText("learned")).contains("true", "false");
            assertThat(sample.get("spans").get(0).get("text").asText()).startsWith("<|im_start|>");
        }
    }
}
