// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the READMEs to what there is: the table of meters, and the examples, which are compiled. */
class ReadmeTest {
    private static final Pattern JAVA_BLOCK =
            Pattern.compile("^```java\\R(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern ROW = Pattern.compile(
            "^\\| `(pointsman[a-z.]+)` \\| (\\w+) \\| (.*?) ?\\| (\\w*) ?\\| `(\\w+)` \\|$", Pattern.MULTILINE);

    @TempDir
    Path output;

    @Test
    void tableHasEveryMeter() throws IOException {
        Host host = new Host();

        Map<String, String> told = new TreeMap<>();
        ROW.matcher(read("scheduler-core/micrometer/README.md"))
                .results()
                .forEach(row -> told.put(
                        row.group(1),
                        row.group(2) + " by " + row.group(3).replace("`", "") + " in " + row.group(4) + ": "
                                + row.group(5)));

        Map<String, String> there = new TreeMap<>();
        List<String> families = host.families();
        for (Meter meter : host.registry.getMeters()) {
            Meter.Id id = meter.getId();
            there.put(
                    id.getName(),
                    id.getType().name().toLowerCase(Locale.ROOT).replace("distribution_", "") + " by "
                            + id.getTags().stream().map(Tag::getKey).collect(Collectors.joining(", ")) + " in "
                            + Objects.toString(id.getBaseUnit(), "") + ": "
                            + prometheusName(id, families));
        }
        assertThat(told).isEqualTo(there);
    }

    /** Returns the name of a meter in a scrape: its own words, and perhaps its unit and what ends counters. */
    private static String prometheusName(Meter.Id id, List<String> families) {
        String words = id.getName().replace('.', '_');
        return families.stream()
                .filter(name -> name.matches(words + "(_seconds|_requests)?(_total)?"))
                .collect(Collectors.joining(" and "));
    }

    @Test
    void examplesCompile() throws IOException {
        List<String> examples = new ArrayList<>();
        for (String file : List.of("README.md", "scheduler-core/micrometer/README.md")) {
            JAVA_BLOCK
                    .matcher(read(file))
                    .results()
                    .map(block -> block.group(1))
                    .filter(block -> block.contains("MicrometerObserver"))
                    .forEach(examples::add);
        }

        assertThat(examples).hasSize(3);
        for (String example : examples) {
            String given = example.contains("MeterRegistry registry") ? "" : ", MeterRegistry registry";
            assertThat(problemsIn(source("Fleet fleet, ScalingSignals signals" + given, example)))
                    .as(example)
                    .isEmpty();
        }
    }

    private static String source(String parameters, String body) {
        return """
                import dev.pointsman.core.*;
                import dev.pointsman.core.fleet.*;
                import dev.pointsman.core.producer.*;
                import dev.pointsman.core.sizing.scaling.*;
                import dev.pointsman.kvcache.*;
                import dev.pointsman.micrometer.*;
                import io.micrometer.core.instrument.*;
                import io.micrometer.prometheusmetrics.*;

                class Example {
                    static void run(%s) {
                        %s
                    }
                }
                """.formatted(parameters, body);
    }

    private List<String> problemsIn(String source) {
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options =
                List.of("-proc:none", "-d", output.toString(), "-classpath", System.getProperty("java.class.path"));
        ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, found, options, null, List.of(file))
                .call();
        return found.getDiagnostics().stream()
                .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                .map(problem -> problem.getMessage(Locale.ROOT))
                .toList();
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(System.getProperty("pointsman.root"), file));
    }
}
