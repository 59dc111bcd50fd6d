// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scorers that the program was not built with. */
final class PluginJarTest {
    private static final String FACTORY = """
            package example;

            import dev.pointsman.api.config.ParameterSpec;
            import dev.pointsman.api.config.Parameters;
            import dev.pointsman.api.config.PluginFactory;
            import dev.pointsman.api.plugin.EndpointScorer;
            import dev.pointsman.api.plugin.Plugin;
            import java.util.List;

            public final class LastFactory implements PluginFactory {
                public String type() {
                    return "last-scorer";
                }

                public String description() {
                    return "Prefers the endpoint of the highest number.";
                }

                public List<ParameterSpec> parameters() {
                    return List.of();
                }

                public Plugin create(String name, Parameters parameters) {
                    EndpointScorer scorer = (request, candidate) ->
                            Integer.parseInt(candidate.endpoint().id().replace("endpoint-", "")) / 100.0;
                    return scorer;
                }
            }
            """;
    private static final String SERVICE = "META-INF/services/dev.pointsman.api.config.PluginFactory";

    @TempDir
    Path directory;

    private String trace = "";

    @BeforeEach
    void writeTrace() throws IOException {
        Path file = directory.resolve("t.jsonl");
        String line = "{\"timestamp\": 0, \"input_length\": 1000, \"output_length\": 3, \"hash_ids\": [1, 2]}\n";
        Files.writeString(file, line.repeat(3));
        trace = file.toString();
    }

    @Test
    void ownScorer_isReplayed() throws IOException {
        Path jar = jar("own.jar", compiled(), "example.LastFactory\n");

        Run run = hits("last-scorer:1", jar.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.json()).containsEntry("requestsPerEndpoint", List.of(0L, 0L, 3L));
    }

    @Test
    void ownScorer_withoutItsJar_isUnknown() {
        Run run = Run.of("hits", trace, "--policy=last-scorer:1", "--endpoints=3", "--capacity-tokens=inf");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("last-scorer");
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void brokenJars_areExitCodeOneAndOneLine() throws IOException {
        Path text = directory.resolve("text.jar");
        Files.writeString(text, "not a jar");
        Path noService = jar("none.jar", compiled(), null);
        Path noClass = jar("noclass.jar", null, "example.LastFactory\n");

        for (String jar : List.of(
                directory.resolve("absent.jar").toString(),
                text.toString(),
                noService.toString(),
                noClass.toString())) {
            Run run = hits("last-scorer:1", jar);
            assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
            assertThat(run.err().lines()).as(run.err()).hasSize(1);
        }
        assertThat(hits("last-scorer:1", text.toString()).err()).contains("must be jar files");
        assertThat(hits("last-scorer:1", noService.toString()).err()).contains("must have a plugin factory");
    }

    private Run hits(String policy, String jar) {
        return Run.of(
                "hits",
                trace,
                "--policy",
                policy,
                "--endpoints=3",
                "--capacity-tokens=inf",
                "--json",
                "--plugins",
                jar);
    }

    private byte[] compiled() throws IOException {
        Path source = Files.createDirectories(directory.resolve("src/example")).resolve("LastFactory.java");
        Files.writeString(source, FACTORY);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Path classes = Files.createDirectories(directory.resolve("classes"));
        int result = compiler.run(
                null,
                null,
                null,
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                source.toString());
        assertThat(result).isZero();
        return Files.readAllBytes(classes.resolve("example/LastFactory.class"));
    }

    private Path jar(String name, byte @Nullable [] factory, @Nullable String service) throws IOException {
        Path jar = directory.resolve(name);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            if (factory != null) {
                out.putNextEntry(new JarEntry("example/LastFactory.class"));
                out.write(factory);
            }
            if (service != null) {
                out.putNextEntry(new JarEntry(SERVICE));
                out.write(service.getBytes(UTF_8));
            }
        }
        return jar;
    }
}
