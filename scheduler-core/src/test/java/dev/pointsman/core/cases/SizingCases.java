// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.cases;

import dev.pointsman.core.sizing.queueing.Queueing;
import dev.pointsman.core.sizing.rules.DynamoDemand;
import dev.pointsman.core.sizing.rules.RateMatching;
import dev.pointsman.core.sizing.rules.SliceAllocation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Cases of fleet sizing, of others' rules for it, and of tiers: what each is about is told by its inputs. */
final class SizingCases implements CaseGroup {
    /** What runs a case that has all inputs of a key; the first that fits. */
    private final Map<List<String>, Consumer<Case>> shapes = new LinkedHashMap<>();

    SizingCases() {
        shape(SizingCases::throughput, "rateRps", "isl");
        shape(SizingCases::throughput, "numReq", "isl");
        shape(SizingCases::sinusoid, "perGpuRps", "rateMin");
        shape(SizingCases::encode, "reqPerSPerGpu");
        shape(SizingCases::rateMatching, "gpus", "deratePrefill");
        shape(SizingCases::slices, "costA10G", "distribution");
        shape(SizingCases::distServe, "D", "K");
        shape(SizingCases::headroom, "lambdaRps", "meanTtftSloS");
        shape(FleetCases::heterogeneous, "lambdaRps", "types");
        shape(SizingCases::simulated, "attainment", "trace");
        BudgetCases.shapes(this::shape);
        VariantCases.shapes(this::shape);
        TierCases.shapes(this::shape);
        FlowCases.shapes(this::shape);
    }

    interface Shapes {
        void shape(Consumer<Case> run, String... inputs);
    }

    private void shape(Consumer<Case> run, String... inputs) {
        shapes.put(List.of(inputs), run);
    }

    @Override
    public boolean takes(Case one) {
        return one.has("area") && one.has("inputs") && find(one.object("inputs")) != null;
    }

    @Override
    public void run(Case one) {
        one.text("ruleFrom", "");
        Objects.requireNonNull(find(one.object("inputs"))).accept(one);
    }

    private @Nullable Consumer<Case> find(Case inputs) {
        for (Map.Entry<List<String>, Consumer<Case>> shape : shapes.entrySet()) {
            if (shape.getKey().stream().allMatch(inputs::has)) {
                return shape.getValue();
            }
        }
        return null;
    }

    static void number(Case one, Case expected, String name, double actual) {
        if (expected.has(name)) {
            Tolerance.of(one).require(expected.path() + "." + name, expected.number(name), actual);
        }
    }

    static void whole(Case expected, String name, long actual) {
        if (expected.has(name)) {
            Mismatch.require(expected.path() + "." + name, expected.integer(name), actual);
        }
    }

    static void text(Case expected, String name, String actual) {
        if (expected.has(name)) {
            Mismatch.require(expected.path() + "." + name, expected.text(name), actual);
        }
    }

    static double[] numbers(Case one, String name) {
        return one.list(name).stream()
                .mapToDouble(value -> Case.number(one.path() + "." + name, value))
                .toArray();
    }

    private static double rate(Case in) {
        return in.has("rateRps") ? in.number("rateRps") : in.number("numReq") / in.number("intervalS");
    }

    private static void throughput(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        double rate = rate(in);
        String p = in.either("prefillTokPerSPerGpu", "prefillThptPerGpu", "thptP");
        String d = in.either("decodeTokPerSPerGpu", "decodeThptPerGpu", "thptD");
        int gpusP = (int) in.integer(in.either("gpusPerPrefill", "gpusP"), 1);
        int gpusD = (int) in.integer(in.either("gpusPerDecode", "gpusD"), 1);
        double correction = in.number(in.either("prefillCorrection", "correction"), 1);
        long fewest = in.integer("minEndpoint", 0);
        int prefill = DynamoDemand.prefill(rate, in.number("isl"), correction, in.number(p), gpusP);
        int decode = DynamoDemand.decode(rate, in.number("osl"), in.number(d), gpusD);
        whole(expected, "prefill", Math.max(fewest, prefill));
        whole(expected, "decode", Math.max(fewest, decode));
    }

    private static void sinusoid(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        for (String end : List.of("min", "max")) {
            double rate = in.number(end.equals("min") ? "rateMin" : "rateMax");
            int replicas = DynamoDemand.replicas(rate, in.number("perGpuRps"), 1);
            text(expected, end + "Config", replicas + "P" + replicas + "D");
        }
        if (expected.hasAny("goodputGainPct", "goodputPerGpuGainPct")) {
            throw new Skipped("the sizes at both ends agree; the gains in goodput were measured on hardware");
        }
        in.names();
    }

    private static void simulated(Case one) {
        if (!one.object("expected").names().isEmpty()) {
            throw new Skipped("the best placement was found by simulation with measured times");
        }
    }

    private static void encode(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        double rate = rate(in);
        int gpus = (int) in.integer("gpusPerEncode");
        int fewest = (int) in.integer("minEndpoint", 1);
        int most = (int) in.integer("maxGpu", -1);
        int replicas = DynamoDemand.encode(rate, in.number("reqPerSPerGpu"), gpus, fewest);
        whole(expected, "encode", replicas);
        whole(expected, "afterBudget", BudgetCases.single(replicas, gpus, most, fewest));
    }

    private static void rateMatching(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        RateMatching.Worker prefill = null;
        RateMatching.Worker decode = null;
        for (String name : List.copyOf(in.names())) {
            Matcher words =
                    Pattern.compile("(prefill|decode)SeqPerS_tp(\\d+).*").matcher(name);
            if (words.matches()) {
                boolean first = words.group(1).equals("prefill");
                RateMatching.Worker worker = new RateMatching.Worker(
                        in.number(name),
                        in.number(first ? "deratePrefill" : "derateDecode"),
                        Integer.parseInt(words.group(2)));
                prefill = first ? worker : prefill;
                decode = first ? decode : worker;
            }
        }
        int gpus = (int) in.integer("gpus");
        RateMatching.Match match =
                RateMatching.best(Objects.requireNonNull(prefill), Objects.requireNonNull(decode), gpus);
        whole(expected, "prefillWorkers", match.prefillWorkers());
        whole(expected, "decodeWorkers", match.decodeWorkers());
        text(
                expected,
                "asReplicas",
                match.replicas() + " x (" + match.prefill() + "P tp" + prefill.gpus() + " + " + match.decode() + "D tp"
                        + decode.gpus() + ")");
        double relative = one.number("tolerance", 1e-6);
        relative(expected, "seqPerS", match.requestsPerSecond(), relative);
        double output = outputTokens(one);
        relative(expected, "tokPerSPerGpu", match.requestsPerSecond() * output / gpus, relative);
        relative(expected, "publishedTokPerSPerGpu", match.requestsPerSecond() * output / gpus, relative);
        // What one kind of worker for all of it reaches is not in the inputs, only that it is less.
        if (expected.has("aggregatedTokPerSPerGpu")
                && expected.number("aggregatedTokPerSPerGpu") >= match.requestsPerSecond() * output / gpus) {
            throw new Mismatch("aggregated workers should be slower");
        }
    }

    private static void relative(Case expected, String name, double actual, double relative) {
        if (expected.has(name)) {
            new Tolerance(0, relative).require(expected.path() + "." + name, expected.number(name), actual);
        }
    }

    /** The answer's length is in the title only: {@code OSL 500}. */
    private static double outputTokens(Case one) {
        Matcher words = Pattern.compile("OSL (\\d+)").matcher(one.text("title"));
        if (!words.find()) {
            throw new Mismatch(one.path() + ": states no output length");
        }
        return Double.parseDouble(words.group(1));
    }

    private static void slices(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        List<String> types = new ArrayList<>();
        for (String name : List.copyOf(in.names())) {
            if (name.startsWith("cost")) {
                types.add(name.substring("cost".length()));
            }
        }
        double[] costs =
                types.stream().mapToDouble(type -> in.number("cost" + type)).toArray();
        double[] shares = matrix(in, "distribution");
        double total = in.number("totalRate");
        double[][] throughput = new double[shares.length][costs.length];
        for (int t = 0; t < costs.length; t++) {
            double[] able = matrix(in, "tput" + types.get(t));
            for (int b = 0; b < shares.length; b++) {
                throughput[b][t] = able[b];
            }
        }
        double[] rates = Arrays.stream(shares).map(share -> share * total).toArray();
        List<Integer> counts;
        double cost;
        if (in.flag("fractionalRouting", false)) {
            in.raw("sliceFactor");
            FleetCases.Counts plan = FleetCases.fractional(types, costs, rates, throughput);
            counts = plan.counts();
            cost = plan.cost();
        } else {
            SliceAllocation.Allocation found =
                    SliceAllocation.cheapest(costs, rates, throughput, (int) in.integer("sliceFactor", 1));
            counts = found.counts();
            cost = found.cost();
        }
        number(one, expected, "cost", cost);
        for (int t = 0; t < costs.length; t++) {
            if (expected.has(types.get(t))) {
                whole(expected, types.get(t), counts.get(t));
            }
        }
    }

    private static double[] matrix(Case in, String name) {
        return in.list(name).stream()
                .flatMap(row -> row instanceof List<?> cells ? cells.stream() : Stream.of(row))
                .mapToDouble(cell -> Case.number(in.path() + "." + name, cell))
                .toArray();
    }

    private static void distServe(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        double d = in.number("D");
        double k = in.number("K");
        for (String name : List.of("crossoverRps", "crossoverRate", "crossover", "interBeatsIntraAboveRps")) {
            number(one, expected, name, Queueing.crossover(d, k));
        }
        if (!in.has("R")) {
            return;
        }
        double r = in.number("R");
        Map<String, Double> times = new LinkedHashMap<>();
        times.put("oneGpu", Queueing.oneReplica(r, d));
        times.put("twoReplicas", Queueing.replicas(2, r, d));
        times.put("interOp2", Queueing.twoStages(r, d));
        times.put("intraOp2", Queueing.sharded(r, d, k));
        Case means = expected.object("meanTtftS");
        String best = "";
        for (Map.Entry<String, Double> time : times.entrySet()) {
            if (means.has(time.getKey())) {
                if (means.raw(time.getKey()) == null) {
                    Mismatch.require(time.getKey(), true, time.getValue().isInfinite());
                } else {
                    number(one, means, time.getKey(), time.getValue());
                }
            }
            if (best.isEmpty() || time.getValue() < times.get(best)) {
                best = time.getKey();
            }
        }
        text(expected, "best", best);
    }

    private static void headroom(Case one) {
        Case in = one.object("inputs");
        Case expected = one.object("expected");
        double rate = in.number("lambdaRps");
        double target = in.number("meanTtftSloS");
        if (in.has("serviceS")) {
            double service = in.number("serviceS");
            int replicas = DynamoDemand.replicas(rate, 1 / service, 1);
            double mean = Queueing.replicas(replicas, rate, service);
            whole(expected, "throughputOnlyReplicas", replicas);
            number(one, expected, "utilisation", rate * service / replicas);
            number(one, expected, "meanTtftS", mean);
            Mismatch.require("meetsSlo", expected.flag("meetsSlo", true), mean <= target);
            return;
        }
        String choice = "";
        long least = Long.MAX_VALUE;
        for (String name : List.copyOf(in.names())) {
            if (!name.startsWith("tp")) {
                continue;
            }
            Case size = in.object(name);
            Case its = expected.object(name);
            double service = size.number("serviceS");
            int replicas = (int) Math.ceil(rate / Queueing.mostRate(service, 0, target, 0) - 1e-9);
            long gpus = replicas * size.integer("gpus");
            whole(its, "replicas", replicas);
            whole(its, "gpus", gpus);
            number(one, its, "meanTtftS", Queueing.replicas(replicas, rate, service));
            if (gpus < least) {
                least = gpus;
                choice = name + " x " + replicas + " = " + gpus + " GPUs";
            }
        }
        text(expected, "choose", choice);
    }
}
