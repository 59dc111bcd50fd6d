// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.stages;

import dev.pointsman.accel.catalog.AcceleratorCatalog;
import dev.pointsman.accel.catalog.DType;
import dev.pointsman.accel.catalog.LinkKind;
import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.accel.model.Model;
import dev.pointsman.api.fleet.Role;
import dev.pointsman.core.latency.LabelledDeployments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The servers of a replay, in the order of their numbers. Immutable.
 *
 * @param servers what each server is, at least one
 */
public record StageFleet(List<ServerKind> servers) {
    private static final Pattern POOL = Pattern.compile("([0-9]+)x([a-z-]+)/([a-z0-9._-]+)/tp([0-9]+)");
    private static final int MOST_SERVERS = 10_000;

    /** Checks that there are servers. */
    public StageFleet {
        servers = List.copyOf(servers);
        if (servers.isEmpty() || servers.size() > MOST_SERVERS) {
            throw new IllegalArgumentException("fleet: must have 1 to " + MOST_SERVERS + " servers, but has "
                    + servers.size() + ".\nMaybe a pool's count is 0.");
        }
    }

    /** Makes a fleet of some servers of one kind and some of another. */
    public static StageFleet of(int count, ServerKind kind, int others, ServerKind other) {
        List<ServerKind> servers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            servers.add(kind);
        }
        for (int i = 0; i < others; i++) {
            servers.add(other);
        }
        return new StageFleet(servers);
    }

    /**
     * What all servers of a fleet have in common.
     *
     * @param model what is served
     * @param accelerators where chips are looked up
     * @param costs what predicts times
     * @param weights how weights are stored
     * @param engine the serving engine, such as {@code vLLM}
     */
    public record Terms(Model model, AcceleratorCatalog accelerators, CostModel costs, DType weights, String engine) {}

    /**
     * Reads a fleet: pools separated by commas, each {@code COUNTxROLE/CHIP/tpN}, such as {@code
     * 1xprefill/h100-sxm/tp4,3xdecode/h100-sxm/tp4}. The role {@code aggregated} reads prompts and decodes.
     *
     * @throws IllegalArgumentException if it is malformed, a chip is unknown, or the model does not fit
     */
    public static StageFleet parse(String text, Terms terms) {
        List<ServerKind> servers = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher pool = POOL.matcher(part.strip());
            if (!pool.matches() || pool.group(1).length() > 5 || pool.group(4).length() > 4) {
                throw new IllegalArgumentException("fleet: must be pools such as 1xprefill/h100-sxm/tp4, separated by"
                        + " commas, but has \"" + part + "\".\nMaybe the count is missing.");
            }
            ServerKind kind = server(role(pool.group(2)), pool.group(3), Integer.parseInt(pool.group(4)), terms);
            for (int i = Integer.parseInt(pool.group(1)); i > 0; i--) {
                servers.add(kind);
            }
        }
        return new StageFleet(servers);
    }

    /**
     * Makes a kind of server by the catalog: KV memory and link as the chip has them, times as the cost model predicts them.
     *
     * @throws IllegalArgumentException if the chip is unknown, or the model does not fit
     */
    public static ServerKind server(Role role, String chip, int tensorParallel, Terms terms) {
        Deployment deployment = deployment(chip, tensorParallel, terms);
        double linkGigabytes = deployment
                .accelerator()
                .link(LinkKind.SCALE_OUT)
                .map(link -> link.gigabytesPerSecond())
                .orElse(NETWORK_GIGABYTES);
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put(
                Role.LABEL,
                role == Role.PREFILL_DECODE ? "prefill-decode" : role.name().toLowerCase(Locale.ROOT));
        labels.put(LabelledDeployments.ACCELERATOR, chip);
        labels.put(LabelledDeployments.MODEL, terms.model().id());
        labels.put(LabelledDeployments.TENSOR_PARALLEL, Integer.toString(tensorParallel));
        labels.put(LabelledDeployments.DTYPE, terms.weights().toString());
        labels.put(LabelledDeployments.ENGINE, terms.engine());
        return new ServerKind(
                name(role) + "/" + chip + "/tp" + tensorParallel,
                role,
                ServiceTimes.predicted(terms.costs().predictor(deployment)),
                Math.max(1, deployment.requireKvCapacity().tokens()),
                deployment.prefillChunkTokens(),
                ServerKind.DEFAULT_SEQUENCES,
                EFFICIENCY * linkGigabytes * 1e9 * tensorParallel,
                terms.model().architecture().kvBytesPerToken(deployment.kvCache()),
                terms.model().architecture().layers(),
                labels);
    }

    /**
     * Returns what one server is to the cost model.
     *
     * @throws IllegalArgumentException if the chip is unknown, or the model cannot be spread like this
     */
    public static Deployment deployment(String chip, int tensorParallel, Terms terms) {
        return Deployment.of(terms.model(), terms.accelerators().get(chip))
                .tensorParallel(tensorParallel)
                .weights(terms.weights())
                .engine(terms.engine())
                .build();
    }

    /** Returns how the KV cache is stored, which follows the weights. */
    public static DType kvType(Terms terms) {
        Deployment any = Deployment.of(terms.model(), terms.accelerators().all().get(0))
                .weights(terms.weights())
                .build();
        return any.kvCache();
    }

    /** What a link carries of its nominal bandwidth, as transfers of the cost model assume it. */
    private static final double EFFICIENCY = 0.7;

    /** For chips whose network the catalog does not know: 100 Gb/s. */
    private static final double NETWORK_GIGABYTES = 12.5;

    private static Role role(String text) {
        return switch (text) {
            case "prefill" -> Role.PREFILL;
            case "decode" -> Role.DECODE;
            case "aggregated", "both", "prefill-decode" -> Role.PREFILL_DECODE;
            default ->
                throw new IllegalArgumentException("fleet: role must be prefill, decode or aggregated, but was \""
                        + text + "\".\nMaybe it is misspelt.");
        };
    }

    private static String name(Role role) {
        return role == Role.PREFILL_DECODE ? "aggregated" : role.name().toLowerCase(Locale.ROOT);
    }

    /** Returns the pools, as {@link #parse} reads them. */
    @Override
    public String toString() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        servers.forEach(server -> counts.merge(server.name(), 1, Integer::sum));
        List<String> pools = new ArrayList<>();
        counts.forEach((name, count) -> pools.add(count + "x" + name));
        return String.join(",", pools);
    }
}
