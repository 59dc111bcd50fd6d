// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.decision.Dispatch;
import dev.pointsman.api.decision.Usage;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a scrape looks like as a whole, with histograms. */
class ScrapeTest {
    private final Host host = new Host(UnaryOperator.identity(), (request, candidate) -> 1);

    @Test
    void everyFamilyIsThereOnce_withItsHelpAndType() {
        answer(120, 30);
        host.metrics.counted("precise", "kv-index.stored-blocks", "host", 3);

        List<String> families = host.families();

        assertThat(families)
                .doesNotHaveDuplicates()
                .allSatisfy(family -> assertThat(host.scrape()).contains("# HELP " + family + " "));
        assertThat(host.scrape())
                .contains(
                        """
                        # HELP pointsman_ttft_seconds Time from the request to the first token of its answer
                        # TYPE pointsman_ttft_seconds histogram
                        """,
                        """
                        # HELP pointsman_ended_requests_total Dispatched requests that ended
                        # TYPE pointsman_ended_requests_total counter
                        """,
                        "# TYPE pointsman_in_flight_requests gauge\n",
                        "# TYPE pointsman_kv_index_stored_blocks_total counter\n");
    }

    @Test
    void timesAndTokensHaveBuckets() {
        answer(120, 30);
        answer(450, 30);

        String m = "{model=\"test-model\",le=";
        String told = "{cached=\"told\",model=\"test-model\",le=";
        assertThat(host.scrape().lines())
                .contains(
                        "pointsman_ttft_seconds_bucket" + m + "\"0.1\"} 0",
                        "pointsman_ttft_seconds_bucket" + m + "\"0.2\"} 1",
                        "pointsman_ttft_seconds_bucket" + m + "\"0.5\"} 2",
                        "pointsman_ttft_seconds_bucket" + m + "\"60.0\"} 2",
                        "pointsman_ttft_seconds_bucket" + m + "\"+Inf\"} 2",
                        "pointsman_tpot_seconds_bucket" + m + "\"0.02\"} 0",
                        "pointsman_tpot_seconds_bucket" + m + "\"0.03\"} 2",
                        "pointsman_prompt_tokens_bucket" + told + "\"512.0\"} 0",
                        "pointsman_prompt_tokens_bucket" + told + "\"1024.0\"} 2");
    }

    @Test
    void openMetricsIsWrittenToo() {
        answer(120, 30);
        host.metrics.measured("planner", "fleet.queued-seconds", "decode", 1.5);

        String scrape = host.registry.scrape("application/openmetrics-text; version=1.0.0; charset=utf-8");

        assertThat(scrape)
                .contains(
                        "# TYPE pointsman_dispatched_requests counter\n",
                        "pointsman_dispatched_requests_total{model=\"test-model\",path=\"local\"} 1.0\n",
                        "# TYPE pointsman_ttft_seconds histogram\n",
                        "pointsman_fleet_queued_seconds{kind=\"decode\",source=\"planner\"} 1.5\n")
                .endsWith("# EOF\n");
    }

    @Test
    void aModelHasAsManySeriesAsTheDocumentationSays() {
        answer(120, 30);
        Host plain = new Host();
        plain.dispatch();

        assertThat(series(host)).isBetween(162L, 175L);
        assertThat(series(plain)).isBetween(38L, 48L);
    }

    private static long series(Host host) {
        return host.scrape()
                .lines()
                .filter(line -> line.contains("model=\"test-model\""))
                .count();
    }

    private void answer(long millisToFirst, long millisToSecond) {
        Dispatch dispatch = host.dispatch();
        host.pass(millisToFirst);
        dispatch.firstToken();
        host.pass(millisToSecond);
        dispatch.tokens(1);
        dispatch.completed(new Usage(1000, 500, 2));
    }
}
