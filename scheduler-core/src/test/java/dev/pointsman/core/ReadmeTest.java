// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.core.fleet.Fleet;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles what the READMEs show, so that they cannot rot. */
class ReadmeTest {
    private static final Pattern JAVA_BLOCK =
            Pattern.compile("^```java\\R(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);

    private static final Pattern YAML_BLOCK =
            Pattern.compile("^```yaml\\R(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);

    @TempDir
    Path output;

    @Test
    void everyExampleCompiles() throws IOException {
        assertThat(problemsIn("README.md", 1, "String prompt, HttpClient client, ScheduledExecutorService timer"))
                .isEmpty();
    }

    @Test
    void everyExampleOfTheIndexCompiles() throws IOException {
        String given =
                "int[] tokens, Map<String, Integer> slots, List<ZmqKvEventSource> sources, Path path, Path written";
        assertThat(problemsIn("kvcache-index/README.md", 0, given)).isEmpty();
    }

    @Test
    void everyWholeConfigurationLoads() throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("pointsman.root"), "README.md"));

        List<String> configurations = YAML_BLOCK
                .matcher(readme)
                .results()
                .map(block -> block.group(1))
                .filter(block -> block.contains("kind: EndpointPickerConfig"))
                .toList();

        assertThat(configurations)
                .isNotEmpty()
                .allSatisfy(text -> Pointsman.builder(Fleet.create())
                        .configuration(EndpointPickerConfig.parse("README.md", text))
                        .build());
    }

    private List<String> problemsIn(String file, int leastTypes, String parameters) throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("pointsman.root"), file));
        List<String> types = new ArrayList<>();
        List<String> statements = new ArrayList<>();
        Matcher blocks = JAVA_BLOCK.matcher(readme);
        while (blocks.find()) {
            String block = blocks.group(1);
            if (block.contains("Java 21") && Runtime.version().feature() < 21) {
                continue;
            }
            if (block.contains("MicrometerObserver")) {
                continue; // That module needs this one; its own test compiles it.
            }
            (block.contains("public final class") ? types : statements).add(block);
        }
        assertThat(statements).as("examples in %s", file).hasSizeGreaterThan(4);
        assertThat(types).as("types in %s", file).hasSizeGreaterThanOrEqualTo(leastTypes);

        List<String> problems = new ArrayList<>();
        // The first example declares what the later ones use.
        String first = statements.get(0);
        for (int i = 0; i < statements.size(); i++) {
            String body = i == 0 ? first : first + "{\n" + statements.get(i) + "\n}";
            problems.addAll(compile(source(types, parameters, body)));
        }
        return problems;
    }

    private static String source(List<String> types, String parameters, String body) {
        return """
                import dev.pointsman.api.cycle.*;
                import dev.pointsman.api.decision.*;
                import dev.pointsman.api.fleet.*;
                import dev.pointsman.api.plugin.*;
                import dev.pointsman.api.request.*;
                import dev.pointsman.core.*;
                import dev.pointsman.core.config.*;
                import dev.pointsman.core.decider.*;
                import dev.pointsman.core.disagg.*;
                import dev.pointsman.core.explain.*;
                import dev.pointsman.core.fleet.*;
                import dev.pointsman.core.handler.*;
                import dev.pointsman.core.producer.*;
                import dev.pointsman.core.profile.*;
                import dev.pointsman.core.request.*;
                import dev.pointsman.kvcache.*;
                import dev.pointsman.kvcache.feed.*;
                import dev.pointsman.kvcache.snapshot.*;
                import dev.pointsman.kvcache.zmq.*;
                import java.io.OutputStream;
                import java.net.URI;
                import java.net.http.*;
                import java.nio.file.*;
                import java.time.Duration;
                import java.util.*;
                import java.util.concurrent.*;

                class Example {
                    static Usage send(Endpoint target, String prompt) { return Usage.UNKNOWN; }

                    static void run(%s) throws Exception {
                        %s
                    }
                }
                %s
                """.formatted(parameters, body, String.join("\n", types).replace("public final class", "final class"));
    }

    private List<String> compile(String source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(found, Locale.ROOT, null)) {
            JavaFileObject file =
                    new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                            return source;
                        }
                    };
            compiler.getTask(
                            null,
                            files,
                            found,
                            List.of(
                                    "-proc:none",
                                    "-d",
                                    output.toString(),
                                    "-classpath",
                                    System.getProperty("java.class.path")),
                            null,
                            List.of(file))
                    .call();
        }
        return found.getDiagnostics().stream()
                .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                .map(problem -> problem.getMessage(Locale.ROOT) + "\nin\n" + source)
                .toList();
    }
}
