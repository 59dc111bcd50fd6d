// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.core.sizing.rules.DynamoBudget;
import dev.pointsman.core.sizing.rules.DynamoLoadScaling;
import dev.pointsman.core.sizing.rules.RolePair;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cases of Dynamo's budgets and of its scaling by load. */
final class BudgetCases {
    private static final String NUMBER = "([0-9.]+(?:e-?[0-9]+)?)";

    private BudgetCases() {}

    static void shapes(SizingCases.Shapes shapes) {
        shapes.shape(BudgetCases::clamp, "numP", "numD");
        shapes.shape(BudgetCases::power, "proposed", "budgetW");
        shapes.shape(BudgetCases::fit, "current", "proposed");
        shapes.shape(BudgetCases::step, "current", "rawDemand");
        shapes.shape(BudgetCases::easy, "perEngine", "target");
        shapes.shape(BudgetCases::decode, "schedKvPerWorker");
        shapes.shape(BudgetCases::prefill, "queuedPerWorker");
    }

    private static RolePair pair(Case in, String name) {
        double[] numbers = SizingCases.numbers(in, name);
        return new RolePair((int) numbers[0], (int) numbers[1]);
    }

    private static DynamoBudget.Band band(Case in) {
        RolePair each = new RolePair((int) in.integer("gpusP", 1), (int) in.integer("gpusD", 1));
        int prefill = (int) in.integer(in.either("minEndpointP", "minEndpoint"), 1);
        int decode = (int) in.integer(in.either("minEndpointD", "minEndpoint"), prefill);
        return new DynamoBudget.Band(
                (int) in.integer("minGpus", -1), (int) in.integer("maxGpus", -1), each, new RolePair(prefill, decode));
    }

    private static void require(Case expected, RolePair actual) {
        SizingCases.whole(expected, "prefill", actual.prefill());
        SizingCases.whole(expected, "decode", actual.decode());
    }

    private static void require(Case expected, DynamoBudget.Fitted actual) {
        require(expected, actual.replicas());
        if (expected.has("reason")) {
            Object reason = expected.raw("reason");
            Mismatch.require("reason", reason == null ? "" : reason, actual.reason());
        }
    }

    private static void clamp(Case one) {
        Case in = one.object("inputs");
        require(
                one.object("expected"),
                DynamoBudget.clamp(new RolePair((int) in.integer("numP"), (int) in.integer("numD")), band(in)));
    }

    static int single(int replicas, int gpus, int most, int fewest) {
        RolePair each = new RolePair(gpus, 1);
        DynamoBudget.Band band = new DynamoBudget.Band(-1, most, each, new RolePair(fewest, 0));
        return most < 0 ? replicas : DynamoBudget.clampOne(replicas, band);
    }

    private static void fit(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        RolePair current = pair(in, "current");
        RolePair proposed = pair(in, "proposed");
        if (expected.has("reason")) {
            require(expected, DynamoBudget.guard(current, proposed, band(in)));
        } else {
            require(expected, DynamoBudget.fit(current, proposed, band(in)));
        }
    }

    private static void step(Case one) {
        Case in = one.object("inputs");
        RolePair current = pair(in, "current");
        RolePair moved = DynamoBudget.step(current, pair(in, "rawDemand"), (int) in.integer("perTickCap"));
        require(one.object("expected"), DynamoBudget.fit(current, moved, band(in)));
    }

    private static void power(Case one) {
        Case in = one.object("inputs");
        RolePair watts = new RolePair((int) in.integer("wattsP"), (int) in.integer("wattsD"));
        int fewest = (int) in.integer("minEndpoint", 1);
        DynamoBudget.Band band =
                new DynamoBudget.Band(-1, (int) in.integer("budgetW"), watts, new RolePair(fewest, fewest));
        require(one.object("expected"), DynamoBudget.power(pair(in, "current"), pair(in, "proposed"), band));
    }

    private static void easy(Case one) {
        Case in = one.object("inputs");
        String mode = in.text("role") + "_" + in.text("target");
        in.text("unit", "");
        DynamoLoadScaling.Scaled scaled = DynamoLoadScaling.easy(
                DynamoLoadScaling.Easy.valueOf(mode.toUpperCase(Locale.ROOT).replace("AGG_", "DECODE_")),
                SizingCases.numbers(in, "perEngine"),
                (int) in.integer("replicas"),
                (int) in.integer("minEndpoint", 1));
        SizingCases.whole(one.object("expected"), "replicas", scaled.replicas());
    }

    private static double[] each(Case in, String name) {
        double[] all = new double[(int) in.integer("workers")];
        if (in.raw(name) instanceof List<?>) {
            return SizingCases.numbers(in, name);
        }
        Arrays.fill(all, in.number(name));
        return all;
    }

    private static void require(Case expected, String role, DynamoLoadScaling.Scaled actual) {
        SizingCases.whole(expected, role, actual.replicas());
        SizingCases.text(expected, "reason", actual.reason());
    }

    private static void decode(Case one) {
        Case in = one.object("inputs");
        double[] line = line(in.text("itlModel"));
        double[] kv = each(in, "schedKvPerWorker");
        DynamoLoadScaling.Scaled scaled = DynamoLoadScaling.decode(
                kv,
                in.number("maxKv", Double.POSITIVE_INFINITY),
                tokens -> line[0] + line[1] * tokens,
                in.number("itlSlaMs") / 1000,
                in.number("sensitivity"));
        require(one.object("expected"), "decode", scaled);
    }

    /** The line of time by tokens, and what goes with it, are inputs, or else where the clarification has them. */
    private static void prefill(Case one) {
        Case in = one.object("inputs");
        String told = one.text("clarification", "");
        String model = in.text("prefillTimeModel", found(told, "prefillTimeModel \"([^\"]*)\""));
        double[] line = line(model);
        double input = in.number("avgIsl", Double.parseDouble(found(told, "avgIsl " + NUMBER)));
        double chunk = in.number("maxBatchedTokens", Double.parseDouble(found(told, "maxBatchedTokens " + NUMBER)));
        DoubleUnaryOperator ttft = DynamoLoadScaling.chunked(line[1], line[0], input, chunk);
        if (in.has("tOwnMs")) {
            Tolerance.of(one).require("tOwnMs", in.number("tOwnMs"), ttft.applyAsDouble(0) * 1000);
        }
        DynamoLoadScaling.Scaled scaled = DynamoLoadScaling.prefill(
                each(in, "queuedPerWorker"), ttft, in.number("ttftSlaMs") / 1000, in.number("sensitivity"));
        require(one.object("expected"), "prefill", scaled);
    }

    private static String found(String text, String pattern) {
        Matcher words = Pattern.compile(pattern).matcher(text);
        return words.find() ? words.group(1) : "0";
    }

    /** Reads {@code 0.001+1e-5*kv s} or {@code 1e-5*tokens+0.001 s per chunk}: the constant, then the slope. */
    private static double[] line(String text) {
        Matcher slope = Pattern.compile(NUMBER + "\\*[a-z]+").matcher(text);
        if (!slope.find()) {
            throw new Mismatch("a line of time is needed, not: " + text);
        }
        String rest = slope.replaceFirst("");
        Matcher constant = Pattern.compile(NUMBER).matcher(rest);
        return new double[] {
            constant.find() ? Double.parseDouble(constant.group(1)) : 0, Double.parseDouble(slope.group(1))
        };
    }
}
