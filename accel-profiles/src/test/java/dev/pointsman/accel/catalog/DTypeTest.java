// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.accel.CatalogException;
import org.junit.jupiter.api.Test;

final class DTypeTest {
    @Test
    void bytesPerElement_scalesAreCounted() {
        assertThat(DType.FP4.bytesPerElement()).isEqualTo(0.5625);
        assertThat(DType.MXFP4.bytesPerElement()).isEqualTo(0.53125);
        assertThat(DType.FP8_BLOCK.bytesPerElement()).isCloseTo(1.000244, within(1e-6));
        assertThat(DType.INT4.bytesPerElement()).isCloseTo(0.51953, within(1e-5));
    }

    @Test
    void of_otherNames_areKnown() {
        assertThat(DType.of("bfloat16")).isEqualTo(DType.BF16);
        assertThat(DType.of("FP8_BLOCK")).isEqualTo(DType.FP8_BLOCK);
        assertThat(DType.of("NVFP4")).isEqualTo(DType.FP4);
        assertThat(DType.of("awq")).isEqualTo(DType.INT4);
        for (DType type : DType.values()) {
            assertThat(DType.of(type.label())).isEqualTo(type);
            assertThat(type.arithmetic().arithmetic()).isEqualTo(type.arithmetic());
        }
    }

    @Test
    void of_unknownName_suggestsOne() {
        assertThatThrownBy(() -> DType.of("bf17"))
                .isInstanceOf(CatalogException.class)
                .hasMessage("no data type is called bf17.\n"
                        + "Maybe bf16 was meant; there are: bf16, fp16, fp4, fp8, fp8-block, int4, int8, mxfp4.");
    }
}
