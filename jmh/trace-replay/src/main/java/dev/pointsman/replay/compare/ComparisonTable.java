// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.compare;

import dev.pointsman.replay.compare.Figures.Unit;
import dev.pointsman.replay.compare.PolicyRow.Role;
import dev.pointsman.replay.run.ReplaySettings;
import dev.pointsman.replay.run.ServiceTime;
import dev.pointsman.replay.stats.Quantile;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A comparison for the terminal: what was run, the verdict, one line for each policy and oracle, and the definitions
 * that the figures rest on. Plain ASCII text, no line longer than {@value #WIDTH} characters.
 *
 * <p>Names come from files and command lines: a character that is not printable ASCII is shown as {@code ?}, so that no
 * name can move the cursor or colour the screen. A long name loses its middle.
 */
public final class ComparisonTable {
    /** The longest line. */
    public static final int WIDTH = 96;

    private static final int LONGEST_NAME = 30;

    private ComparisonTable() {}

    /** Lays a comparison out; every line ends in a line feed. */
    public static String format(Comparison comparison) {
        StringBuilder text = new StringBuilder();
        wrap(text, workload(comparison.workload()), "");
        if (!comparison.workload().description().isEmpty()) {
            wrap(text, comparison.workload().description(), "");
        }
        wrap(text, settings(comparison.settings()), "");
        text.append('\n');
        table(text, comparison);
        text.append('\n');
        wrap(text, comparison.verdict().headline() + ".", "");
        wrap(text, comparison.verdict().lead(), "");
        for (String reason : comparison.verdict().reasons()) {
            wrap(text, "- " + reason, "  ");
        }
        text.append('\n');
        for (String line : DEFINITIONS) {
            wrap(text, line, "  ");
        }
        return text.toString();
    }

    /** What the fleet was, in one line; shared with the page. */
    public static String settings(ReplaySettings settings) {
        ServiceTime service = settings.serviceTime();
        String cache = settings.capacity().unlimited()
                ? "a cache without limit each"
                : Figures.count(settings.capacity().tokens()) + " tokens of cache each";
        return Figures.count(settings.endpoints())
                + (settings.endpoints() == 1 ? " endpoint, " : " endpoints, ")
                + cache
                + (service == null
                        ? ""
                        : "; a prompt takes " + briefly(service.fixedNanos()) + " + " + briefly(service.nanosPerToken())
                                + " per uncached token");
    }

    /** A configured time, without figures that nobody configured: 5 ms and not 5.00 ms. */
    private static String briefly(long nanos) {
        boolean millis = nanos >= 1_000_000;
        BigDecimal number = BigDecimal.valueOf(nanos, millis ? 6 : 3).stripTrailingZeros();
        return number.toPlainString() + (millis ? " ms" : " us");
    }

    private static final List<String> DEFINITIONS = List.of(
            "hit ratio: prompt tokens found in cache / all prompt tokens (token-weighted, whole run)",
            "TTFT: from arrival at the router to the first token, queue included; pNN by nearest rank",
            "waiting: the share of the mean TTFT spent in an endpoint's queue",
            "busiest: uncached tokens of the endpoint with most of them / mean of all endpoints",
            "oracle: what no policy can have (see its name), without queues; floor: looks at nothing",
            "*: best, or level with the best (95% interval of the paired difference holds 0; block bootstrap over "
                    + Verdict.STRETCHES + " stretches of the trace)");

    private static String workload(Comparison.Workload workload) {
        return workload.name() + ": " + Figures.count(workload.requests()) + " requests, "
                + Figures.shortCount(workload.promptTokens()) + " prompt tokens over "
                + Figures.span(workload.spanMicros());
    }

    private static void table(StringBuilder text, Comparison comparison) {
        Unit unit = Unit.forMean(comparison.rows().get(0).ttft().meanMicros());
        boolean refusals = comparison.rows().stream().anyMatch(row -> row.rejected() > 0);
        List<Reference> references = comparison.references();
        List<PolicyRow> rows = comparison.rows();
        ShortNames names = ShortNames.of(
                Stream.concat(
                                references.stream().map(Reference::name),
                                rows.stream().map(PolicyRow::policy))
                        .map(ComparisonTable::printable)
                        .toList(),
                LONGEST_NAME);
        Iterator<String> name = names.shown().iterator();
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("", "hit", "TTFT " + unit.symbol(), "", "", "", "", "", "", ""));
        lines.add(List.of(
                "policy", "ratio", "mean ", "p50", "p90", "p99 ", "waiting", "busiest", refusals ? "refused" : "", ""));
        for (Reference reference : references) {
            TtftDistribution ttft = reference.ttft();
            lines.add(List.of(
                    name.next(),
                    Figures.ratio(reference.hitRatio()),
                    unit.format(reference.meanTtftMicros()) + " ",
                    ttft == null ? "-" : unit.quantile(ttft, Quantile.P50),
                    ttft == null ? "-" : unit.quantile(ttft, Quantile.P90),
                    (ttft == null ? "-" : unit.quantile(ttft, Quantile.P99)) + " ",
                    "-",
                    "-",
                    "",
                    "oracle"));
        }
        for (PolicyRow row : rows) {
            TtftDistribution ttft = row.ttft();
            lines.add(List.of(
                    name.next(),
                    Figures.ratio(row.hitRatio()),
                    unit.format(ttft.meanMicros())
                            + (comparison.verdict().byMean().leads(row.policy()) ? "*" : " "),
                    unit.quantile(ttft, Quantile.P50),
                    unit.quantile(ttft, Quantile.P90),
                    unit.quantile(ttft, Quantile.P99)
                            + (comparison.verdict().byP99().leads(row.policy()) ? "*" : " "),
                    Figures.wholePercent(row.waitingShare()),
                    Figures.multiple(row.busiestOverMean()),
                    refusals ? Figures.count(row.rejected()) : "",
                    row.role() == Role.FLOOR ? "floor" : ""));
        }
        append(text, lines, 2, 2 + references.size());
        for (String line : names.legend()) {
            wrap(text, line, "  ");
        }
    }

    /** Aligns columns: the first and the last to the left, the others to the right; rules before the given lines. */
    private static void append(StringBuilder text, List<List<String>> lines, int... rulesBefore) {
        int columns = lines.get(0).size();
        int[] widths = new int[columns];
        for (List<String> line : lines) {
            for (int c = 0; c < columns; c++) {
                widths[c] = Math.max(widths[c], line.get(c).length());
            }
        }
        int total = 0;
        for (int c = 0; c < columns; c++) {
            total += widths[c] == 0 || c == 0 ? widths[c] : widths[c] + 2;
        }
        for (int l = 0; l < lines.size(); l++) {
            for (int rule : rulesBefore) {
                if (rule == l) {
                    text.append("-".repeat(total)).append('\n');
                    break;
                }
            }
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                if (widths[c] == 0) {
                    continue;
                }
                String cell = lines.get(l).get(c);
                String blank = " ".repeat(widths[c] - cell.length());
                line.append(c == 0 ? "" : "  ").append(c == 0 || c == columns - 1 ? cell + blank : blank + cell);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static String printable(String raw) {
        StringBuilder text = new StringBuilder(raw.length());
        raw.codePoints().forEach(c -> text.append(c >= ' ' && c <= '~' ? (char) c : '?'));
        return text.toString();
    }

    /** Appends a paragraph, broken at spaces but not before a unit; a word longer than a line is broken where the line ends. */
    private static void wrap(StringBuilder text, String paragraph, String indent) {
        StringBuilder line = new StringBuilder();
        for (String word : Figures.keepUnits(printable(paragraph), '\0').split(" ", -1)) {
            String rest = word.replace('\0', ' ');
            if (line.length() > indent.length() && line.length() + 1 + rest.length() > WIDTH) {
                text.append(line).append('\n');
                line.setLength(0);
                line.append(indent);
            } else if (line.length() > indent.length()
                    || (line.length() > 0 && line.charAt(line.length() - 1) != ' ')) {
                line.append(' ');
            }
            while (line.length() + rest.length() > WIDTH) {
                int fits = WIDTH - line.length();
                text.append(line).append(rest, 0, fits).append('\n');
                line.setLength(0);
                line.append(indent);
                rest = rest.substring(fits);
            }
            line.append(rest);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }
}
