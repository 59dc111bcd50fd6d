// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The program's jar carries other people's work; its notices name all of that, in the versions that are in it. */
final class ThirdPartyTest {
    private static final Pattern ENTRY = Pattern.compile("(?m)^  ([\\w-]+) (\\d[\\w.-]*) {2,}\\S");
    /** Jars that only the tests need, and one that is empty. */
    private static final Pattern NOT_IN_THE_PROGRAM = Pattern.compile(
            "(junit|jqwik|assertj|byte-buddy|opentest4j|apiguardian|pointsman|surefire|listenablefuture).*");

    @Test
    void notices_nameEveryDependencyInItsVersion() throws IOException {
        Path file = Path.of(System.getProperty("pointsman.root"))
                .resolve("jmh/trace-replay/src/main/program/THIRD-PARTY.txt");
        Set<String> named = ENTRY.matcher(Files.readString(file))
                .results()
                .map(entry -> entry.group(1) + "-" + entry.group(2))
                .filter(entry -> !entry.startsWith("uPlot"))
                .collect(Collectors.toCollection(TreeSet::new));

        Set<String> used = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.endsWith(".jar"))
                .map(entry -> Path.of(entry).getFileName().toString().replaceFirst("\\.jar$", ""))
                .filter(entry -> !NOT_IN_THE_PROGRAM.matcher(entry).matches())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(named).isEqualTo(used);
    }

    @Test
    void chartLibrary_isNamedInItsVersion() throws IOException {
        Path module = Path.of(System.getProperty("pointsman.root")).resolve("jmh/trace-replay");
        String notices = Files.readString(module.resolve("src/main/program/THIRD-PARTY.txt"));
        String licence = "dev/pointsman/replay/report/uPlot-1.6.32.LICENSE";

        assertThat(notices).contains("uPlot 1.6.32", licence);
        assertThat(module.resolve("src/main/resources").resolve(licence)).exists();
    }
}
