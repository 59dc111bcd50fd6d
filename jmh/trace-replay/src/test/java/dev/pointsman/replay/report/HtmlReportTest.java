// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.pointsman.replay.cache.CacheCapacity;
import dev.pointsman.replay.compare.Comparison;
import dev.pointsman.replay.compare.Comparisons;
import dev.pointsman.replay.policy.PolicyCatalog;
import dev.pointsman.replay.policy.PolicyDefinition;
import dev.pointsman.replay.run.QueueingEngine;
import dev.pointsman.replay.run.ReplayResult;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.trace.Trace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
    private static final String HOSTILE = "</script><img src=x onerror=alert(1)>\"'&{{js}}\u2028";

    @Test
    void page_hasEverySection_andTheWinnerAtItsHead() {
        Comparison comparison = Comparisons.replayed("sessions").build();

        String page = HtmlReport.format(comparison);

        assertThat(page)
                .contains("<h1>" + comparison.verdict().headline() + "</h1>")
                .contains("Side by side", "Where the time goes", "Hit ratio", "Load per endpoint", "Load over time")
                .contains("id=\"cdf\"", "id=\"backlog-total\"", "id=\"backlog-busiest\"")
                .contains("infinite cache", "clairvoyant cache", "floor")
                .contains("token-weighted", "nearest rank", "From arrival at the router")
                .contains("<pre>replay compare sessions.jsonl</pre>")
                .doesNotContain("{{");
    }

    @Test
    void chartLibrary_comesWithItsVersionAndLicence() {
        String page = HtmlReport.format(Comparisons.replayed("sessions").build());

        assertThat(page)
                .contains("uPlot 1.6.32")
                .contains("Permission is hereby granted, free of charge")
                .contains("Leon Sorokin");
    }

    @Test
    void page_loadsNothing() {
        String page = HtmlReport.format(Comparisons.replayed("sessions").build());

        String lower = page.toLowerCase(Locale.ROOT);
        assertThat(lower)
                .doesNotContainPattern("<(link|iframe|object|embed|img|video|audio|source|base|form)[\\s>]")
                .doesNotContainPattern("\\s(src|href|srcset|action|poster|xlink:href)\\s*=\\s*[\"']?[^\\s\"'>]")
                .doesNotContainPattern("url\\s*\\(")
                .doesNotContain("@import", "fetch(", "xmlhttprequest", "importscripts", "sendbeacon", "websocket")
                .doesNotContainPattern("\\bimport\\s*\\(");
        assertThat(lower).contains("default-src 'none'");
    }

    @Test
    void contentSecurityPolicy_allowsThePagesOwnScripts_byTheirHashes() throws Exception {
        String page = HtmlReport.format(Comparisons.replayed("sessions").build());

        List<String> scripts = scripts(page);
        assertThat(scripts).hasSize(2);
        for (String script : scripts) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(UTF_8));
            assertThat(page).contains("'sha256-" + Base64.getEncoder().encodeToString(digest) + "'");
        }
    }

    @Test
    void names_cannotBecomeMarkupOrScript() {
        Comparison comparison = Comparisons.replayed(HOSTILE)
                .contender(Comparisons.replay(Comparisons.named(HOSTILE, (request, fleet) -> 0)))
                .command("replay compare " + HOSTILE)
                .build();

        String page = HtmlReport.format(comparison);

        assertThat(page)
                .doesNotContain("<img")
                .contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;");
        assertThat(scripts(page))
                .hasSize(2)
                .isEqualTo(scripts(
                        HtmlReport.format(Comparisons.replayed("sessions").build())));
        assertThat(page.split("</script>", -1)).hasSize(4);
        assertThat(chartData(page)).doesNotContain("<", ">", "&", "'", "\u2028").contains("\\u003C/script\\u003E");
    }

    @Test
    void chartData_isJsonThatSaysTheNamesAsTheyAre() throws IOException {
        Comparison comparison = Comparisons.replayed("sessions")
                .contender(Comparisons.replay(Comparisons.named(HOSTILE, (request, fleet) -> 0)))
                .build();

        List<String> names = new ArrayList<>();
        int numbers = 0;
        try (JsonParser parser = new JsonFactory().createParser(chartData(HtmlReport.format(comparison)))) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isScalarValue() && "name".equals(parser.currentName())) {
                    names.add(parser.getText());
                }
                numbers += parser.currentToken().isNumeric() ? 1 : 0;
            }
        }

        assertThat(names)
                .containsExactlyElementsOf(comparison.verdict().byMean().order());
        // Six curves and their times; two backlogs of five policies and their times.
        assertThat(numbers).isGreaterThan(7 * 400 + 11 * 200);
    }

    @Test
    void equalComparisons_makeEqualBytes() {
        assertThat(HtmlReport.format(Comparisons.replayed("sessions").build()))
                .isEqualTo(HtmlReport.format(Comparisons.replayed("sessions").build()));
    }

    @Test
    void pageOfManyPolicies_staysSmall() {
        Comparison.Builder builder = Comparisons.replayed("sessions");
        for (int i = 0; i < 20; i++) {
            int turn = i;
            builder.contender(Comparisons.replay(Comparisons.named(
                    "turn-" + i, (request, fleet) -> (int) ((request.index() + turn) % fleet.size()))));
        }

        assertThat(HtmlReport.format(builder.build()).getBytes(UTF_8)).hasSizeLessThan(500_000);
    }

    @Test
    void collapse_isMarkedInItsPanelAndInTheTable() {
        Comparison comparison = Comparisons.replayed("sessions")
                .contender(Comparisons.replay(Comparisons.named("piled", (request, fleet) -> 0)))
                .build();

        String page = HtmlReport.format(comparison);

        assertThat(page)
                .containsPattern("<div class=\"panel hot\"[^>]*><h3>piled</h3>\n<p>busiest endpoint <b>4\\.00×</b>")
                .contains("<td class=\"bad\">4.00</td>");
    }

    @Test
    void collapseOfALargeFleet_isCutOff_soThatEvenSharesCanBeSeen() {
        Trace trace = Comparisons.trace();
        QueueingEngine engine = new QueueingEngine(
                new ReplaySettings(40, CacheCapacity.UNLIMITED, ServiceTime.ofMicros(5_000, 50)), true);

        Comparison comparison = Comparison.builder("sessions", "")
                .floor(run(engine, trace, PolicyCatalog.fixed().find("round_robin")))
                .contender(run(engine, trace, Comparisons.named("piled", (request, fleet) -> 0)))
                .build();

        assertThat(HtmlReport.format(comparison))
                .contains("A column with a gap is cut off")
                .containsPattern(
                        "<i class=\"over\" title=\"endpoint 0: [0-9,]+ uncached tokens\" style=\"height:100.00%\">");
        assertThat(HtmlReport.format(Comparisons.replayed("sessions").build())).doesNotContain("class=\"over\"");
    }

    private static ReplayResult run(QueueingEngine engine, Trace trace, PolicyDefinition policy) {
        try {
            return engine.run(trace, policy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void write_replacesTheFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("report.html");
        Files.writeString(file, "x".repeat(1_000_000));
        Comparison comparison = Comparisons.replayed("sessions").build();

        HtmlReport.write(comparison, file);

        assertThat(file).content(UTF_8).isEqualTo(HtmlReport.format(comparison));
    }

    private static List<String> scripts(String page) {
        List<String> scripts = new ArrayList<>();
        Matcher matcher =
                Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL).matcher(page);
        while (matcher.find()) {
            scripts.add(matcher.group(1));
        }
        return scripts;
    }

    private static String chartData(String page) {
        Matcher matcher = Pattern.compile("<script id=\"chart-data\" type=\"application/json\">(.*?)</script>")
                .matcher(page);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
