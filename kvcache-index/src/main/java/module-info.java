// SPDX-License-Identifier: Apache-2.0

/** Who holds which prefix of a prompt in its KV cache; useful without the scheduler. */
module dev.pointsman.kvcache {
    requires static org.jspecify;
    requires com.dynatrace.hash4j;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.dataformat.cbor;

    exports dev.pointsman.kvcache;
    exports dev.pointsman.kvcache.event;
    exports dev.pointsman.kvcache.event.wire;
    exports dev.pointsman.kvcache.feed;
    exports dev.pointsman.kvcache.hash;
    exports dev.pointsman.kvcache.score;
    exports dev.pointsman.kvcache.snapshot;
}
