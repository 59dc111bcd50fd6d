// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.explain;

import dev.pointsman.api.explain.CandidateExplanation;
import dev.pointsman.api.explain.Explanation;
import dev.pointsman.api.explain.FilterVerdict;
import dev.pointsman.api.explain.ProfileExplanation;
import dev.pointsman.api.explain.ScoreExplanation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Shows an explanation as a table for a terminal, so that a person sees at a glance who won, by what and by how much.
 *
 * <p>Each profile has one row a candidate, best first and the target marked with {@code >}: total, what each scorer added
 * (in brackets the raw score before weighing), load in flight, and the age of the oldest signal known of it. Then come the
 * candidates that filters removed, the margin of the choice, and notes. A profile shows at most {@value #MAX_ROWS} rows,
 * always with the target; JSON has them all. Columns that do not fit go on below.
 *
 * <p>Ids and messages are shown so that they cannot disturb the terminal: control characters appear as their codes. Thread-safe.
 */
public final class ExplanationTable {
    /** Columns of the terminal unless told otherwise. */
    public static final int DEFAULT_WIDTH = 100;

    /** The fewest columns that a table fits in; asked for fewer, it takes this many. */
    public static final int MIN_WIDTH = 60;

    private static final int MAX_ROWS = 12;
    private static final int HEADING_WIDTH = 14;
    private static final String SCORER_SUFFIX = "-scorer";

    private final int width;
    private final StringBuilder text = new StringBuilder(2048);

    private ExplanationTable(int width) {
        this.width = Math.max(MIN_WIDTH, width);
    }

    /**
     * Returns an explanation as a table {@value #DEFAULT_WIDTH} columns wide, each line ended by a line feed.
     *
     * @param explanation what to show
     */
    public static String of(Explanation explanation) {
        return of(explanation, DEFAULT_WIDTH);
    }

    /**
     * Returns an explanation as a table that fits a terminal, each line ended by a line feed.
     *
     * @param explanation what to show
     * @param width columns of the terminal; fewer than {@value #MIN_WIDTH} count as that many
     */
    public static String of(Explanation explanation, int width) {
        ExplanationTable table = new ExplanationTable(width);
        table.append(explanation);
        return table.text.toString();
    }

    private void append(Explanation explanation) {
        paragraph("", explanation.requestId() + ": " + explanation.outcome());
        paragraph(
                "",
                "seed " + explanation.seed() + ", fleet version " + explanation.fleetVersion() + ", "
                        + count(explanation.endpoints(), "endpoint"));
        for (ProfileExplanation profile : explanation.profiles()) {
            text.append('\n');
            append(profile);
        }
        if (!explanation.notes().isEmpty()) {
            text.append("\nnotes\n");
            for (String note : explanation.notes()) {
                paragraph("  - ", note);
            }
        }
    }

    private void append(ProfileExplanation profile) {
        StringBuilder headline = new StringBuilder("profile ").append(profile.profile());
        headline.append(": ").append(profile.target() == null ? "no target" : profile.target());
        if (!profile.fallbacks().isEmpty()) {
            headline.append(", then ").append(String.join(", ", profile.fallbacks()));
        }
        headline.append(" (").append(profile.picker());
        headline.append(profile.unit().equals("score") ? ")" : ", least " + profile.unit() + ")");
        paragraph("", headline.toString());

        List<CandidateExplanation> scored = profile.candidates().stream()
                .filter(candidate -> candidate.removedBy() == null)
                .toList();
        if (!scored.isEmpty()) {
            appendScored(profile, scored);
        }
        appendRemoved(profile.candidates());
        appendMargin(profile, scored);
        if (profile.attempts() > 1) {
            paragraph("  ", "run " + profile.attempts() + " times: its choice was lost to other requests, or left");
        }
    }

    // ---- the table of candidates

    private void appendScored(ProfileExplanation profile, List<CandidateExplanation> scored) {
        List<Row> rows = rows(profile, scored);
        TextTable table = new TextTable(width, 2);
        table.column(true, List.of("#"), cells(rows, row -> (row.target ? "> " : "") + row.rank));
        table.column(false, List.of("endpoint"), cells(rows, row -> name(row.candidate.endpoint())));
        table.column(true, List.of("total"), cells(rows, row -> number(row.candidate.total())));
        List<ScoreExplanation> scorers = scored.get(0).scores();
        for (int i = 0; i < scorers.size(); i++) {
            int scorer = i;
            table.column(
                    true,
                    heading(scorers.get(i), profile.unit()),
                    cells(rows, row -> score(row.candidate.scores(), scorer, profile.unit())));
        }
        table.column(true, List.of("in flight", "req (tokens)"), cells(rows, row -> inFlight(row.candidate)));
        table.column(true, List.of("oldest", "signal"), cells(rows, row -> oldest(row.candidate.signalAges())));
        table.appendTo(text);
        if (rows.size() < scored.size()) {
            paragraph("  ", "... and " + (scored.size() - rows.size()) + " more");
        }
    }

    private record Row(int rank, boolean target, CandidateExplanation candidate) {}

    /** The candidates to show: the best ones, and the target wherever it stands. */
    private static List<Row> rows(ProfileExplanation profile, List<CandidateExplanation> scored) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < scored.size(); i++) {
            boolean target = scored.get(i).endpoint().equals(profile.target());
            if (rows.size() == MAX_ROWS && target) {
                rows.remove(MAX_ROWS - 1);
            }
            if (rows.size() < MAX_ROWS) {
                rows.add(new Row(i + 1, target, scored.get(i)));
            }
        }
        return rows;
    }

    private static List<String> cells(List<Row> rows, Function<Row, String> cell) {
        return rows.stream().map(cell).toList();
    }

    private String name(String endpoint) {
        return TerminalText.shorten(TerminalText.clean(endpoint), Math.max(16, width / 4));
    }

    /** A scorer's name on as many short lines as it needs, and its weight. */
    private static List<String> heading(ScoreExplanation scorer, String unit) {
        String name = scorer.scorer();
        if (name.endsWith(SCORER_SUFFIX)) {
            name = name.substring(0, name.length() - SCORER_SUFFIX.length());
        }
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String part : TerminalText.clean(name).split("(?<=-)", -1)) {
            if (!line.isEmpty() && TerminalText.columns(line + part) > HEADING_WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(TerminalText.shorten(part, HEADING_WIDTH));
        }
        lines.add(line.toString());
        if (unit.equals("score")) {
            lines.add("x " + weight(scorer.weight()));
        }
        return lines;
    }

    private static String score(List<ScoreExplanation> scores, int scorer, String unit) {
        if (scorer >= scores.size()) {
            return "-";
        }
        ScoreExplanation score = scores.get(scorer);
        String weighted = number(score.weighted());
        return switch (score.note()) {
            case USED -> unit.equals("score") ? weighted + " (" + raw(score.raw()) + ")" : weighted;
            case CLAMPED -> weighted + " (" + raw(score.raw()) + "!)";
            case FADED -> weighted + " (" + raw(score.raw()) + " faded)";
            case MISSING -> weighted + " (none)";
            case FAILED -> weighted + " (failed)";
        };
    }

    private static String inFlight(CandidateExplanation candidate) {
        return compact(candidate.inFlightRequests()) + " (" + compact(candidate.inFlightTokens()) + ")";
    }

    private static String oldest(Map<String, Duration> signalAges) {
        return signalAges.isEmpty() ? "-" : age(Collections.max(signalAges.values()));
    }

    // ---- what stands below it

    private void appendRemoved(List<CandidateExplanation> candidates) {
        Map<String, List<String>> removed = new LinkedHashMap<>();
        Set<String> passedOver = new LinkedHashSet<>();
        for (CandidateExplanation candidate : candidates) {
            for (FilterVerdict verdict : candidate.verdicts()) {
                if (!verdict.kept()) {
                    String filter = verdict.filter() + (verdict.failed() ? ", which failed" : "");
                    removed.computeIfAbsent(filter, key -> new ArrayList<>()).add(candidate.endpoint());
                } else if (verdict.failed()) {
                    passedOver.add(verdict.filter());
                }
            }
        }
        for (String filter : passedOver) {
            paragraph("  ", filter + " failed and removed nobody");
        }
        removed.forEach(this::appendRemoved);
    }

    /** One line: as many names as fit, and how many more there are. */
    private void appendRemoved(String filter, List<String> endpoints) {
        StringBuilder line = new StringBuilder("  removed by ").append(TerminalText.clean(filter));
        line.append(": ");
        int shown = 0;
        for (String endpoint : endpoints) {
            String name = name(endpoint);
            int left = endpoints.size() - shown - 1;
            String rest = left == 0 ? "" : " ... and " + left + " more";
            if (shown > 0 && TerminalText.columns(line.toString() + ", " + name + rest) > width) {
                break;
            }
            line.append(shown == 0 ? "" : ", ").append(name);
            shown++;
        }
        if (shown < endpoints.size()) {
            line.append(" ... and ").append(endpoints.size() - shown).append(" more");
        }
        paragraph("  ", line.substring(2));
    }

    private void appendMargin(ProfileExplanation profile, List<CandidateExplanation> scored) {
        String target = profile.target();
        if (target == null) {
            return;
        }
        String unit = profile.unit().equals("score") ? "" : " " + profile.unit();
        String other = scored.stream()
                .map(CandidateExplanation::endpoint)
                .filter(endpoint -> !endpoint.equals(target))
                .findFirst()
                .orElse("");
        if (Double.isNaN(profile.margin()) || other.isEmpty()) {
            paragraph("  ", "no other candidate");
        } else if (profile.tied() > 1) {
            paragraph("  ", count(profile.tied(), "candidate") + " tied; the draw chose " + target);
        } else if (profile.margin() < 0) {
            paragraph("  ", "margin " + number(profile.margin()) + unit + ": the draw preferred it to " + other);
        } else {
            paragraph("  ", "margin " + number(profile.margin()) + unit + " over " + other);
        }
    }

    /** Appends text on as many lines as it needs, the further ones indented. */
    private void paragraph(String start, String content) {
        String indent = " ".repeat(Math.max(start.length(), 2));
        List<String> lines = TerminalText.wrap(TerminalText.clean(content), width - indent.length());
        for (int i = 0; i < lines.size(); i++) {
            text.append(i == 0 ? start : indent).append(lines.get(i)).append('\n');
        }
    }

    // ---- numbers for people

    private static String count(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static String number(double number) {
        if (Double.isNaN(number)) {
            return "-";
        }
        double size = Math.abs(number);
        if (Double.isInfinite(number) || (size > 0 && size < 0.0005) || size >= 1e6) {
            return String.format(Locale.ROOT, "%.2e", number);
        }
        return String.format(Locale.ROOT, size >= 1000 ? "%.0f" : "%.3f", number);
    }

    private static String weight(double weight) {
        return weight == Math.rint(weight) && weight < 1e6
                ? String.format(Locale.ROOT, "%.0f", weight)
                : number(weight);
    }

    private static String raw(double raw) {
        return Math.abs(raw) < 100 ? String.format(Locale.ROOT, "%.2f", raw) : number(raw);
    }

    private static String compact(long count) {
        if (count < 10_000) {
            return Long.toString(count);
        }
        return count < 1_000_000
                ? String.format(Locale.ROOT, "%.1fk", count / 1e3)
                : String.format(Locale.ROOT, "%.2fM", count / 1e6);
    }

    private static String age(Duration age) {
        double seconds = age.getSeconds() + age.getNano() * 1e-9;
        if (seconds < 1) {
            return Math.round(seconds * 1e3) + " ms";
        }
        if (seconds < 120) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        return seconds < 7200 ? Math.round(seconds / 60) + " min" : Math.round(seconds / 3600) + " h";
    }
}
