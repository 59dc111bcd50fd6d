// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.Main;

/** Runs jcstress on readers against writers: for seconds by default, for minutes with {@code -Pstress}. */
class RadixReadersTest {
    @TempDir
    Path results;

    @Test
    void readers_seeWhatWasHeld_andNeverMore() throws Exception {
        boolean deep = Boolean.getBoolean("pointsman.stress");
        // In a JVM of its own: those that jcstress starts get the flags of the one it runs in, and what measures
        // coverage here would slow down all of them.
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx2g",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of("-t", "dev.pointsman.kvcache.RadixReaders", "-r", "report"));
        // In short: not each combination of compilers and cores, which would be 140 virtual machines.
        command.addAll(deep ? List.of("-m", "quick") : List.of("-m", "sanity", "-sc", "false", "-af", "NONE"));
        File log = results.resolve("log").toFile();

        int status = new ProcessBuilder(command)
                .directory(results.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start()
                .waitFor();

        // Fails if a forbidden outcome was seen.
        assertThat(status).as(() -> contents(log)).isZero();
        try (Stream<Path> files = Files.list(results)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("jcstress-results")))
                    .as("raw results, so it ran")
                    .isNotEmpty();
        }
    }

    private static String contents(File log) {
        try {
            return Files.readString(log.toPath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
