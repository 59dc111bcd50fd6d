// SPDX-License-Identifier: Apache-2.0

/** The contracts of Pointsman: what a host application sees and what a plugin implements. */
module dev.pointsman.api {
    requires static org.jspecify;

    exports dev.pointsman.api.config;
    exports dev.pointsman.api.cycle;
    exports dev.pointsman.api.data;
    exports dev.pointsman.api.decision;
    exports dev.pointsman.api.explain;
    exports dev.pointsman.api.fleet;
    exports dev.pointsman.api.plugin;
    exports dev.pointsman.api.request;
}
