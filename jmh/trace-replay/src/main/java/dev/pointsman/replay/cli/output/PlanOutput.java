// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pointsman.core.sizing.FleetPlan;
import dev.pointsman.core.sizing.Infeasible;
import dev.pointsman.core.sizing.PlanExplanation;
import dev.pointsman.replay.plan.CacheUse;
import dev.pointsman.replay.plan.PlannedFleet;
import dev.pointsman.replay.plan.RequestClass;
import dev.pointsman.replay.plan.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** Prints plans. */
public final class PlanOutput {
    private PlanOutput() {}

    /** Prints one JSON object; without a plan it has a reason instead. */
    public static void json(PrintWriter out, PlannedFleet planned, @Nullable Verification verified) throws IOException {
        JsonLine.print(out, json -> {
            json.writeArrayFieldStart("traffic");
            for (RequestClass one : planned.classes()) {
                json.writeStartObject();
                json.writeNumberField("requestsPerSecond", one.requestsPerSecond());
                json.writeNumberField("inputTokens", one.inputTokens());
                json.writeNumberField("outputTokens", one.outputTokens());
                json.writeNumberField("hitShare", one.hitShare());
                json.writeEndObject();
            }
            json.writeEndArray();
            CacheUse cache = planned.cache();
            if (cache == null) {
                json.writeNullField("cache");
            } else {
                json.writeObjectFieldStart("cache");
                json.writeNumberField("tokens", cache.tokens());
                json.writeBooleanField("pinned", cache.pinned());
                json.writeEndObject();
            }
            if (planned.outcome() instanceof FleetPlan plan) {
                json.writeObjectFieldStart("plan");
                plan(json, plan);
                json.writeEndObject();
            } else if (planned.outcome() instanceof Infeasible infeasible) {
                json.writeNullField("plan");
                json.writeStringField("cause", infeasible.cause().name());
                json.writeStringField("reason", infeasible.reason());
            }
            explanation(json, planned.explanation());
            curve(json, planned);
            if (verified == null) {
                json.writeNullField("verified");
            } else {
                json.writeObjectFieldStart("verified");
                json.writeStringField("trace", verified.trace());
                json.writeBooleanField("ttftHolds", verified.ttftHolds());
                json.writeBooleanField("tpotHolds", verified.tpotHolds());
                StageOutput.write(json, verified.result());
                json.writeEndObject();
            }
        });
    }

    private static void plan(JsonGenerator json, FleetPlan plan) throws IOException {
        json.writeStringField("fleet", PlannedFleet.pools(plan));
        json.writeArrayFieldStart("pools");
        for (FleetPlan.Pool pool : plan.replicas()) {
            json.writeStartObject();
            json.writeStringField("option", pool.option().id());
            json.writeNumberField("replicas", pool.count());
            json.writeNumberField("chips", pool.count() * pool.option().chips());
            json.writeNumberField("dollarsPerHour", pool.count() * pool.option().dollarsPerHour());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("dollarsPerHour", plan.dollarsPerHour());
        json.writeNumberField("lowerBound", plan.lowerBound());
        json.writeBooleanField("proven", plan.proven());
        json.writeBooleanField("disaggregated", plan.disaggregated());
        json.writeNumberField("utilization", plan.utilization());
    }

    private static void explanation(JsonGenerator json, PlanExplanation explanation) throws IOException {
        json.writeArrayFieldStart("alternatives");
        for (PlanExplanation.Alternative one : explanation.alternatives()) {
            json.writeStartObject();
            json.writeStringField("what", one.what());
            FleetPlan plan = one.plan();
            if (plan == null) {
                json.writeNullField("fleet");
                json.writeNullField("moreDollarsPerHour");
            } else {
                json.writeStringField("fleet", PlannedFleet.pools(plan));
                json.writeNumberField("moreDollarsPerHour", one.moreDollars());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("binding");
        for (PlanExplanation.Binding one : explanation.binding()) {
            json.writeStartObject();
            json.writeStringField("limit", one.limit());
            json.writeNumberField("dollarsPerHour", one.dollars());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("flips");
        for (PlanExplanation.Counterfactual one : explanation.counterfactuals()) {
            json.writeStartObject();
            json.writeStringField("what", one.what());
            json.writeNumberField("now", one.now());
            json.writeNumberField("flipsAt", one.flipsAt());
            json.writeStringField("becomes", one.becomes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void curve(JsonGenerator json, PlannedFleet planned) throws IOException {
        json.writeArrayFieldStart("costOverLoad");
        for (PlannedFleet.Point point : planned.curve()) {
            json.writeStartObject();
            json.writeNumberField("load", point.load());
            dollars(json, "best", point.best());
            dollars(json, "aggregated", point.aggregated());
            dollars(json, "apart", point.apart());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void dollars(JsonGenerator json, String name, double dollars) throws IOException {
        if (Double.isNaN(dollars)) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, dollars);
        }
    }
}
