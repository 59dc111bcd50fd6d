// SPDX-License-Identifier: Apache-2.0

/** What an accelerator costs in seconds, bytes and dollars; useful without the scheduler. */
module dev.pointsman.accel {
    requires static org.jspecify;
    requires com.fasterxml.jackson.databind;

    exports dev.pointsman.accel;
    exports dev.pointsman.accel.calibrate;
    exports dev.pointsman.accel.catalog;
    exports dev.pointsman.accel.cost;
    exports dev.pointsman.accel.model;
    exports dev.pointsman.accel.model.huggingface;
    exports dev.pointsman.accel.price;
    exports dev.pointsman.accel.transfer;
}
