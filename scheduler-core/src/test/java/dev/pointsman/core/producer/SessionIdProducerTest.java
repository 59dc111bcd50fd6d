// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.data.Session;
import dev.pointsman.api.request.HeaderLookup;
import dev.pointsman.api.request.InferenceRequest;
import dev.pointsman.testkit.TestCycle;
import dev.pointsman.testkit.TestFleet;
import dev.pointsman.testkit.TestRequests;
import dev.pointsman.testkit.contract.PluginContract;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionIdProducerTest {
    private static final SessionIdProducer BY_HEADER = SessionIdProducer.ofHeader("X-Session-Id");
    private static final SessionIdProducer BY_COOKIE = SessionIdProducer.ofCookie("session");

    @Test
    void requestsOwnId_winsOverTheHeader() {
        InferenceRequest request = TestRequests.builder()
                .headers(HeaderLookup.of(Map.of("x-session-id", "of-header")))
                .sessionId("own")
                .build();

        assertThat(session(BY_HEADER, request)).isEqualTo("own");
    }

    @Test
    void header_isReadWithoutRegardToCase_andStripped() {
        assertThat(session(BY_HEADER, withHeader("X-SESSION-ID", "  chat-4 "))).isEqualTo("chat-4");
    }

    @Test
    void withoutAnyId_nothingIsWritten() {
        assertThat(session(BY_HEADER, TestRequests.request())).isNull();
        assertThat(session(BY_COOKIE, TestRequests.request())).isNull();
        assertThat(session(BY_HEADER, withHeader("x-session-id", "  "))).isNull();
        assertThat(session(SessionIdProducer.ofObjectives(), withHeader("x-session-id", "chat-4")))
                .isNull();
    }

    @Test
    void blankIdOfTheRequest_isNone() {
        InferenceRequest request = TestRequests.builder()
                .headers(HeaderLookup.of(Map.of("x-session-id", "of-header")))
                .sessionId(" ")
                .build();

        assertThat(session(BY_HEADER, request)).isEqualTo("of-header");
    }

    @Test
    void overlongId_isNone() {
        assertThat(session(BY_HEADER, withHeader("x-session-id", "x".repeat(512))))
                .hasSize(512);
        assertThat(session(BY_HEADER, withHeader("x-session-id", "x".repeat(513))))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "session=chat-4",
                "theme=dark; session=chat-4; lang=de",
                "theme=dark;session=chat-4",
                " session = chat-4 ",
                "session=\"chat-4\"",
                "broken; ;;=x; session=chat-4; session=second",
                "sessions=no; xsession=no; Session=no; session=chat-4"
            })
    void cookie_isFound(String cookies) {
        assertThat(session(BY_COOKIE, withHeader("cookie", cookies))).isEqualTo("chat-4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "session", "session=", "session=\"\"", "=session", "other=session=chat-4", ";;;"})
    void cookie_isNotFound(String cookies) {
        assertThat(session(BY_COOKIE, withHeader("cookie", cookies))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"session=a=b, a=b", "session=\", \"", "session=\"a, \"a"})
    void oddValues_areTakenAsTheyAre(String cookies, String expected) {
        assertThat(session(BY_COOKIE, withHeader("cookie", cookies))).isEqualTo(expected);
    }

    @Test
    void cookieBeyondTheLimit_isNotLookedFor() {
        String padding = "p=" + "x".repeat(16_384 - 4 - "session=chat-4".length()) + "; ";

        assertThat(session(BY_COOKIE, withHeader("cookie", padding + "session=chat-4")))
                .isEqualTo("chat-4");
        assertThat(session(BY_COOKIE, withHeader("cookie", padding + " session=chat-4")))
                .isNull();
        assertThat(session(BY_COOKIE, withHeader("cookie", padding + "session=chat-45; more=1")))
                .isNull();
    }

    @Property(tries = 300)
    void anyCookieHeader_isRead(@ForAll String cookies) {
        String session = session(BY_COOKIE, withHeader("cookie", cookies + ";session=chat-4"));

        assertThat(session).isNotBlank();
    }

    @Test
    void blankNames_areRefused() {
        assertThatThrownBy(() -> SessionIdProducer.ofHeader(" "))
                .hasMessageStartingWith("header name: must not be blank.");
        assertThatThrownBy(() -> SessionIdProducer.ofCookie(""))
                .hasMessageStartingWith("cookie name: must not be blank.");
    }

    @Test
    void producer_keepsTheContract() {
        PluginContract.of(BY_HEADER).verify();
        PluginContract.of(BY_COOKIE).verify();
        PluginContract.of(SessionIdProducer.ofObjectives()).verify();
    }

    private static InferenceRequest withHeader(String name, String value) {
        return TestRequests.builder()
                .headers(HeaderLookup.of(Map.of(name, value)))
                .build();
    }

    private static @Nullable String session(SessionIdProducer producer, InferenceRequest request) {
        return TestCycle.of(TestFleet.of(1), request).produce(producer).attribute(Session.ID);
    }
}
