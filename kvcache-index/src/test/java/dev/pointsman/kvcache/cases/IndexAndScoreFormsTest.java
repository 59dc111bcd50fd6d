// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forms of cases that the runner understands: each once as it holds, and once with what is expected changed. */
class IndexAndScoreFormsTest {
    private static final String TIERS = """
            "steps": [
              {"op": "store", "ep": "w0", "parent": null, "blocks": [[1, 1], [2, 2]]},
              {"op": "store", "ep": "w0", "parent": 1, "tier": "cpu", "blocks": [[2, 2], [3, 3]]}]""";

    @TempDir
    Path folder;

    @Test
    void index_expectationByTier() throws IOException {
        holds(
                "index",
                TIERS + ", \"queries\": [{\"keys\": [1, 2, 3], \"expect\": {\"w0\": {\"gpu\": 2, \"cpu\": 1}}}]");
        holds(
                "index",
                TIERS + ", \"queries\": [{\"keys\": [1, 2, 3], \"expect\": {\"w0\": {\"gpu\": 2, \"cpu\": 0}}}]");
        fails(
                "index",
                TIERS + ", \"queries\": [{\"keys\": [1, 2, 3], \"expect\": {\"w0\": {\"gpu\": 2, \"cpu\": 2}}}]");
        fails("index", TIERS + ", \"queries\": [{\"keys\": [1, 2, 3], \"expect\": {\"w1\": {\"gpu\": 0}}}]");
    }

    @Test
    void index_stepThatIsRejected() throws IOException {
        String steps = """
                "steps": [{"op": "store", "ep": "w0", "parent": %s, "blocks": [[1, 1]], "rejected": %s}]""";

        holds("index", steps.formatted("99", "true"));
        holds("index", steps.formatted("null", "false"));
        fails("index", steps.formatted("null", "true"));
        fails("index", steps.formatted("99", "false"));
    }

    @Test
    void score_costOfOne() throws IOException {
        String one = """
                "prefill_blocks": 10, "deviceOverlap": 4, "hostOverlap": 2, "disk_overlap": 4, "decode": 3,
                "expect": {"cost": %s}""";

        holds("score", one.formatted("6.5"));
        fails("score", one.formatted("6.4"));
    }

    @Test
    void score_workersByTheirIds() throws IOException {
        String workers = """
                "workers": [{"id": "a", "prefillBlocks": 10, "deviceOverlap": 4}, {"id": "b", "prefill_blocks": 5}],
                "expect": {"a": 6, "b": 5, "winner": "%s"}""";

        holds("score", workers.formatted("b"));
        fails("score", workers.formatted("a"));
    }

    @Test
    void approx_eventsNeverExpire_andRoutesDo() throws IOException {
        String steps = """
                "ttlMs": 1000, "steps": [
                  {"op": "store", "ep": "w0", "parent": null, "blocks": [[101, 1], [102, 2]]},
                  {"op": "route", "ep": "w0", "keys": [1, 2, 3]},
                  {"op": "query", "keys": [1, 2, 3], "expect": {"w0": 3}},
                  {"waitMs": 1001},
                  {"op": "query", "keys": [1, 2, 3], "expect": {"w0": %s}}]""";

        holds("approx", steps.formatted("2"));
        fails("approx", steps.formatted("3"));
    }

    @Test
    void approx_clearTakesRoutesToo() throws IOException {
        String steps = """
                "steps": [{"op": "route", "ep": "w0", "tokens": [1, 2]}, {"op": "clear", "ep": "w0"}],
                "queries": [{"query": [1, 2], "expect": %s}]""";

        holds("approx", steps.formatted("{}"));
        fails("approx", steps.formatted("{\"w0\": 2}"));
    }

    @Test
    void approx_sizeOfATree_isInTokens() throws IOException {
        String steps = """
                "blockSize": 2, "maxTreeSize": 4,
                "route": {"ep": "w0", "tokens": [1, 2, 3, 4, 5, 6]}, "query": [1, 2, 3, 4, 5, 6], "expect": {"w0": %s}""";

        holds("approx", steps.formatted("2"));
        fails("approx", steps.formatted("3"));
    }

    private void holds(String group, String fields) throws IOException {
        assertThat(run(group, fields).kind()).as("%s", run(group, fields)).isEqualTo(Verdict.Kind.PASSED);
    }

    private void fails(String group, String fields) throws IOException {
        assertThat(run(group, fields).kind()).as("%s", run(group, fields)).isEqualTo(Verdict.Kind.FAILED);
        assertThat(run(group, fields).toString()).contains("expected").doesNotContain("not known to this runner");
    }

    private Verdict run(String group, String fields) throws IOException {
        Path file = folder.resolve("cases.json");
        Files.writeString(file, "{\"" + group + "\": [{\"id\": \"one\", " + fields + "}]}");
        List<Verdict> verdicts = CaseFile.run(file);
        assertThat(verdicts).hasSize(1);
        return verdicts.get(0);
    }
}
