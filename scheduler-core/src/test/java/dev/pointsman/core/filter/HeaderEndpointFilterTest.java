// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.api.fleet.Endpoint;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderEndpointFilterTest {
    private static final TestFleet FLEET = TestFleet.builder()
            .endpoint(Endpoint.of("a0", "10.0.0.1:8000"))
            .endpoint(Endpoint.of("a1", "10.0.0.1:8001"))
            .endpoint(Endpoint.of("b", "10.0.0.12:8000"))
            .endpoint(Endpoint.of("c", "10.0.0.3"))
            .endpoint(Endpoint.of("v6", "[2001:db8::1]:8000"))
            .build();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    10.0.0.1                          | a0 a1
                    10.0.0.1:8001                     | a1
                    10.0.0.12 , 10.0.0.3              | b c
                    10.0.0.12,10.0.0.12,,             | b
                    10.0.0.3:8000                     | ''
                    10.0.0                            | ''
                    10.0.0.1:                         | ''
                    [2001:db8::1]                     | v6
                    10.0.0.9                          | ''
                    ','                               | ''
                    ''                                | ''
                    """)
    void whoIsListed_isKept(String header, String expected) {
        List<String> ids = expected.isEmpty() ? List.of() : List.of(expected.split(" "));

        assertThat(cycle(Map.of(HeaderEndpointFilter.HEADER, header)).filter(new HeaderEndpointFilter()))
                .isEqualTo(ids);
    }

    @Test
    void withoutTheHeader_nobodyIsKept() {
        assertThat(cycle(Map.of()).filter(new HeaderEndpointFilter())).isEmpty();
    }

    private static TestCycle cycle(Map<String, String> headers) {
        return TestCycle.of(
                FLEET, TestRequests.builder().headers(HeaderLookup.of(headers)).build());
    }
}
