// SPDX-License-Identifier: Apache-2.0

/** The scheduler: engine, built-in plugins, fleet and explanations. */
module dev.pointsman.core {
    requires static org.jspecify;
    requires transitive dev.pointsman.accel;
    requires transitive dev.pointsman.api;
    requires transitive dev.pointsman.kvcache;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.dataformat.yaml;
    requires com.google.common;
    requires org.slf4j;
    requires org.yaml.snakeyaml;

    exports dev.pointsman.core;
    exports dev.pointsman.core.admission;
    exports dev.pointsman.core.affinity;
    exports dev.pointsman.core.config;
    exports dev.pointsman.core.cost;
    exports dev.pointsman.core.decider;
    exports dev.pointsman.core.disagg;
    exports dev.pointsman.core.explain;
    exports dev.pointsman.core.filter;
    exports dev.pointsman.core.fleet;
    exports dev.pointsman.core.handler;
    exports dev.pointsman.core.latency;
    exports dev.pointsman.core.picker;
    exports dev.pointsman.core.policy;
    exports dev.pointsman.core.producer;
    exports dev.pointsman.core.profile;
    exports dev.pointsman.core.request;
    exports dev.pointsman.core.reuse;
    exports dev.pointsman.core.scorer;
    exports dev.pointsman.core.scorer.attribute;
    exports dev.pointsman.core.scorer.label;
    exports dev.pointsman.core.screener;
    exports dev.pointsman.core.sizing;
    exports dev.pointsman.core.sizing.queueing;
    exports dev.pointsman.core.sizing.rules;
    exports dev.pointsman.core.sizing.scaling;
    exports dev.pointsman.core.tier;

    uses dev.pointsman.api.config.PluginFactory;
}
