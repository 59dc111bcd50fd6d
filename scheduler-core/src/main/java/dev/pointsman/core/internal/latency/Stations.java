// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.internal.latency;

import dev.pointsman.accel.cost.CostModel;
import dev.pointsman.accel.cost.Deployment;
import dev.pointsman.api.fleet.Endpoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints by slot. An endpoint's deployment is asked for and its predictor compiled when the endpoint is first seen, and
 * shared by endpoints of equal deployments.
 *
 * <p>Thread-safe; reading takes no lock. Grows with the fleet, and is released when endpoints leave, but for the predictors of the
 * last {@value #MOST_DEPLOYMENTS} deployments, so that an endpoint that returns is predicted as well as before.
 */
public final class Stations {
    private static final int MOST_DEPLOYMENTS = 256;
    private static final double NANOS_PER_HOUR = 3.6e12;

    private final Described endpoints;
    private final CostModel costModel;
    private final boolean learning;
    private final String roleLabel;

    private final Object writing = new Object();
    private final Map<Deployment, LatencyModel> models = new LinkedHashMap<>(16, 0.75f, true); // guarded by writing
    private volatile AtomicReferenceArray<@Nullable Station> bySlot = new AtomicReferenceArray<>(0);

    /**
     * Makes a room for stations.
     *
     * @param endpoints says what an endpoint is
     * @param costModel predicts for deployments
     * @param learning whether predictions learn from what is measured
     * @param roleLabel the label by whose value {@code prefill} an endpoint only reads prompts; empty for none
     */
    public Stations(Described endpoints, CostModel costModel, boolean learning, String roleLabel) {
        this.endpoints = endpoints;
        this.costModel = costModel;
        this.learning = learning;
        this.roleLabel = roleLabel;
    }

    /** Says what an endpoint is and what its chips cost. */
    public interface Described {
        /**
         * Returns an endpoint's deployment, or null if it is not known.
         *
         * @throws IllegalArgumentException if what is known is wrong
         */
        @Nullable
        Deployment deployment(Endpoint endpoint);

        /** Returns what a chip of an endpoint costs, in US dollars an hour, or NaN. */
        double usdPerChipHour(Endpoint endpoint, Deployment deployment);
    }

    /** Opens a station for an endpoint that joins, whoever had its slot before. */
    public void join(int slot, long incarnation, Endpoint endpoint) {
        synchronized (writing) {
            withRoomFor(slot).set(slot, new Station(incarnation, describe(endpoint)));
        }
    }

    /**
     * Returns the station of one life of an endpoint, opened if it is new, and described anew if the host did so. O(1) and
     * without allocation otherwise.
     */
    public Station at(int slot, long incarnation, Endpoint endpoint) {
        Station station = find(slot);
        return station != null && station.incarnation() == incarnation && station.isDescribedAs(endpoint)
                ? station
                : open(slot, incarnation, endpoint);
    }

    private @Nullable Station find(int slot) {
        AtomicReferenceArray<@Nullable Station> stations = bySlot;
        return slot < stations.length() ? stations.get(slot) : null;
    }

    private Station open(int slot, long incarnation, Endpoint endpoint) {
        synchronized (writing) {
            Station there = find(slot);
            if (there != null && there.incarnation() == incarnation) {
                if (!there.isDescribedAs(endpoint)) {
                    Station.Description known = there.description();
                    there.describe(known.of().equals(endpoint) ? known.of(endpoint) : describe(endpoint));
                }
                return there;
            }
            Station station = new Station(incarnation, describe(endpoint));
            // An old snapshot may still be decided on after a slot's next owner has come; it must not push that one
            // out.
            if (there == null || there.incarnation() < incarnation) {
                withRoomFor(slot).set(slot, station);
            }
            return station;
        }
    }

    private Station.Description describe(Endpoint endpoint) {
        boolean prefillOnly =
                !roleLabel.isEmpty() && "prefill".equals(endpoint.labels().get(roleLabel));
        Deployment deployment;
        double dollars;
        try {
            deployment = endpoints.deployment(endpoint);
            if (deployment == null) {
                return new Station.Description(endpoint, null, "its deployment is not known", Double.NaN, prefillOnly);
            }
            dollars = endpoints.usdPerChipHour(endpoint, deployment) * deployment.chips() / NANOS_PER_HOUR;
        } catch (IllegalArgumentException wrong) {
            return new Station.Description(endpoint, null, firstLine(wrong), Double.NaN, prefillOnly);
        }
        return new Station.Description(endpoint, model(deployment), "", dollars, prefillOnly);
    }

    private LatencyModel model(Deployment deployment) {
        LatencyModel model = models.get(deployment);
        if (model == null) {
            model = new LatencyModel(costModel.predictor(deployment), learning);
            models.put(deployment, model);
            if (models.size() > MOST_DEPLOYMENTS) {
                models.remove(models.keySet().iterator().next());
            }
        }
        return model;
    }

    private static String firstLine(IllegalArgumentException wrong) {
        String message = wrong.getMessage();
        return message == null ? wrong.toString() : message.lines().findFirst().orElse(wrong.toString());
    }

    private AtomicReferenceArray<@Nullable Station> withRoomFor(int slot) {
        AtomicReferenceArray<@Nullable Station> stations = bySlot;
        if (slot >= stations.length()) {
            AtomicReferenceArray<@Nullable Station> wider =
                    new AtomicReferenceArray<>(Math.max(slot + 1, stations.length() * 2));
            for (int i = 0; i < stations.length(); i++) {
                wider.set(i, stations.get(i));
            }
            bySlot = wider;
            return wider;
        }
        return stations;
    }

    /** Releases what is kept of an endpoint that left. */
    public void leave(int slot, long incarnation) {
        synchronized (writing) {
            Station station = find(slot);
            if (station != null && station.incarnation() == incarnation) {
                bySlot.set(slot, null);
            }
        }
    }
}
