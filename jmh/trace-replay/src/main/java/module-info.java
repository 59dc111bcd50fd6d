// SPDX-License-Identifier: Apache-2.0

/** Replays traces of inference traffic over simulated fleets, and compares scheduling policies. */
module dev.pointsman.replay {
    requires static org.jspecify;
    requires transitive dev.pointsman.accel;
    requires transitive dev.pointsman.core;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires de.siegmar.fastcsv;
    requires info.picocli;
    requires ojalgo;

    exports dev.pointsman.replay.cache;
    exports dev.pointsman.replay.compare;
    exports dev.pointsman.replay.costfit;
    exports dev.pointsman.replay.plan;
    exports dev.pointsman.replay.policy;
    exports dev.pointsman.replay.report;
    exports dev.pointsman.replay.run;
    exports dev.pointsman.replay.shape;
    exports dev.pointsman.replay.stages;
    exports dev.pointsman.replay.stats;
    exports dev.pointsman.replay.trace;
    exports dev.pointsman.replay.which;
    exports dev.pointsman.replay.workload;

    opens dev.pointsman.replay.cli to
            info.picocli;
}
