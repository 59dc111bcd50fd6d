// SPDX-License-Identifier: Apache-2.0

/** Who holds which prefix of a prompt in its KV cache; useful without the scheduler. */
module dev.pointsman.kvcache {
    requires static org.jspecify;
    requires com.dynatrace.hash4j;

    exports dev.pointsman.kvcache;
}
