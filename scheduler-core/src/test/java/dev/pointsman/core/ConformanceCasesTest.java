// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.core.cases.CaseFiles;
import dev.pointsman.core.cases.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Runs every case of {@code llmd-router.json}, {@code peers.json} and {@code disagg.json} in {@code -Dpointsman.cases=DIR}, or
 * else beside the checkout. Prints what passed, failed and was skipped, for each plugin and in total, and each failure with
 * what was expected and what came. {@code CONFORMANCE.md} argues those that do not pass.
 */
class ConformanceCasesTest {
    @Test
    void everyCase_passesOrIsArgued() {
        Path folder = folder();
        Assumptions.assumeTrue(Files.isDirectory(folder), "skipped: " + folder + " is absent");

        List<Verdict> verdicts = CaseFiles.run(folder);

        List<String> report = new ArrayList<>();
        Map<String, List<Verdict>> byPlugin =
                verdicts.stream().collect(Collectors.groupingBy(Verdict::about, TreeMap::new, Collectors.toList()));
        byPlugin.forEach((plugin, its) -> report.add(counts(its) + "  " + plugin));
        for (Verdict verdict : verdicts) {
            if (verdict.kind() != Verdict.Kind.PASSED) {
                report.add("  " + verdict);
            }
        }
        report.add(counts(verdicts));
        String text = String.join(System.lineSeparator(), report);
        System.out.println(text);
        assertThat(verdicts).as("cases of %s", folder).isNotEmpty();
        assertThat(count(verdicts, Verdict.Kind.FAILED)).as(text).isZero();
    }

    private static String counts(List<Verdict> verdicts) {
        return count(verdicts, Verdict.Kind.PASSED) + " passed, " + count(verdicts, Verdict.Kind.FAILED) + " failed, "
                + count(verdicts, Verdict.Kind.SKIPPED) + " skipped";
    }

    private static long count(List<Verdict> verdicts, Verdict.Kind kind) {
        return verdicts.stream().filter(verdict -> verdict.kind() == kind).count();
    }

    private static Path folder() {
        Path root = Path.of(System.getProperty("pointsman.root", "."));
        String directory = System.getProperty("pointsman.cases", "");
        return root.resolve(directory.isEmpty() ? "../shared/cases" : directory).normalize();
    }
}
