// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.EndpointScorer;
import dev.pointsman.api.plugin.Plugin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class FactoryContractTest {
    private static final EndpointScorer FAIR = (request, candidate) -> 0.5;

    /** A factory that is right unless a test spoils a part of it. */
    private static final class Factory implements PluginFactory {
        private String type = "fair-scorer";
        private Set<String> aliases = Set.of("fair");
        private String description = "Finds all endpoints equally good.";
        private final List<ParameterSpec> specs = new ArrayList<>();
        private Function<Parameters, Plugin> create = parameters -> FAIR;

        @Override
        public String type() {
            return type;
        }

        @Override
        public Set<String> aliases() {
            return aliases;
        }

        @Override
        public String description() {
            return description;
        }

        @Override
        public List<ParameterSpec> parameters() {
            return specs;
        }

        @Override
        public Plugin create(String name, Parameters parameters) {
            return create.apply(parameters);
        }
    }

    private final Factory factory = new Factory();

    private static ParameterSpec limit() {
        return ParameterSpec.optional("limit", ParameterSpec.Type.INTEGER, "10", "Most waiting requests.")
                .between(1, 100);
    }

    private void assertBroken(String fact, Rule rule) {
        assertThatThrownBy(() -> PluginContract.of(factory).verify())
                .isInstanceOf(AssertionError.class)
                .hasMessage(Factory.class.getName() + ": breaks its contract: " + fact + ".\n" + rule.hint());
    }

    @Test
    void verify_factoryOfEveryKindOfParameter_passes() {
        factory.specs.addAll(List.of(
                ParameterSpec.required("zone", ParameterSpec.Type.STRING, "The zone to prefer."),
                limit(),
                ParameterSpec.optional("share", ParameterSpec.Type.NUMBER, "0.5", "A share.")
                        .between(0, 1),
                ParameterSpec.optional("strict", ParameterSpec.Type.BOOLEAN, "false", "Whether to be strict."),
                ParameterSpec.optional("window", ParameterSpec.Type.DURATION, "1m30s", "How far to look back.")
                        .between(0.001, 3600),
                ParameterSpec.optional("names", ParameterSpec.Type.STRING_LIST, null, "Names to look for."),
                ParameterSpec.optional("rules", ParameterSpec.Type.OBJECT, null, "Rules to follow.")));
        factory.create = parameters -> {
            parameters.requiredString("zone");
            parameters.integer("limit", 10, 1, 100);
            parameters.number("share", 0.5, 0, 1);
            parameters.flag("strict", false);
            parameters.duration("window", Duration.ofSeconds(90), Duration.ofMillis(1), Duration.ofHours(1));
            parameters.strings("names");
            parameters.object("rules");
            return FAIR;
        };

        PluginContract.of(factory, Map.of("zone", "eu-1")).verify();
    }

    @Test
    void verify_requiredParameterThatTheTestForgot_isTheTestsError() {
        factory.specs.add(ParameterSpec.required("zone", ParameterSpec.Type.STRING, "The zone to prefer."));

        assertThatThrownBy(() -> PluginContract.of(factory).verify())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("factory fair-scorer: requires the parameter zone, which the test does not give.\n"
                        + "Maybe give it: PluginContract.of(factory, Map.of(\"zone\", ...)).");
    }

    @Test
    void verify_oddNames_areCaught() {
        factory.type = "Fair Scorer";
        assertBroken("type: is called \"Fair Scorer\"", Rule.TYPE_NAME);

        factory.type = "fair-scorer";
        factory.aliases = Set.of("fair_");
        assertBroken("aliases: one is called \"fair_\"", Rule.TYPE_NAME);

        factory.aliases = Set.of("fair-scorer");
        assertBroken("aliases: one is called \"fair-scorer\"", Rule.TYPE_NAME);
    }

    @Test
    void verify_nothingSaidAboutIt_isCaught() {
        factory.description = " ";

        assertBroken("description: is blank", Rule.DESCRIPTION);
    }

    @Test
    void verify_parameterNotDescribed_isCaught() {
        factory.specs.add(ParameterSpec.optional("strict", ParameterSpec.Type.BOOLEAN, "false", ""));
        factory.create = parameters -> {
            parameters.flag("strict", false);
            return FAIR;
        };

        assertBroken("parameter strict: has no description", Rule.DESCRIPTION);
    }

    @Test
    void verify_specificationsThatCannotBe_areCaught() {
        factory.create = parameters -> {
            parameters.integer("limit", 10, 1, 100);
            return FAIR;
        };

        factory.specs.addAll(List.of(limit(), limit()));
        assertBroken("parameter limit: is described twice", Rule.SPECIFICATION);

        factory.specs.clear();
        factory.specs.add(ParameterSpec.optional("limit", ParameterSpec.Type.INTEGER, "ten", "Most waiting requests."));
        assertBroken("parameter limit: has the default \"ten\", which is not one of its values", Rule.SPECIFICATION);

        factory.specs.clear();
        factory.specs.add(ParameterSpec.optional("limit", ParameterSpec.Type.INTEGER, "101", "Most waiting requests.")
                .between(1, 100));
        assertBroken("parameter limit: has the default \"101\", which is not one of its values", Rule.SPECIFICATION);
    }

    @Test
    void verify_boundsThatCannotBe_areCaught() {
        factory.specs.add(limit().between(100, 1));
        factory.create = parameters -> {
            throw parameters.error("limit", "must be possible", "Maybe not.");
        };

        assertThatThrownBy(() -> PluginContract.of(factory).verify())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("parameter limit: has bounds 100.0 to 1.0");
    }

    @Test
    void verify_requiredWithDefault_isCaught() {
        factory.specs.add(
                new ParameterSpec("limit", ParameterSpec.Type.INTEGER, "10", true, 1, 100, "Most waiting requests."));
        factory.create = parameters -> {
            parameters.integer("limit", 10, 1, 100);
            return FAIR;
        };

        assertThatThrownBy(() -> PluginContract.of(factory, Map.of("limit", 3)).verify())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("parameter limit: is required and has a default");
    }

    @Test
    void verify_defaultsThatDoNotWork_areCaught() {
        factory.create = parameters -> {
            throw parameters.error("limit", "must be given", "Maybe give it.");
        };

        assertBroken(
                "create with {}: threw dev.pointsman.api.config.ParameterException: "
                        + "plugins[0].parameters.limit: must be given, but is missing.",
                Rule.CREATES_NOTHING);
    }

    @Test
    void verify_nothingMade_isCaught() {
        factory.create = parameters -> null;

        assertBroken("create: returned null", Rule.CREATES_NOTHING);
    }

    @Test
    void verify_parameterNeverRead_isCaught() {
        factory.specs.add(
                ParameterSpec.optional("strict", ParameterSpec.Type.BOOLEAN, "false", "Whether to be strict."));

        assertBroken("parameter strict, given [[]], of another type: was accepted", Rule.IGNORES_PARAMETER);
    }

    @Test
    void verify_boundsNotKept_areCaught() {
        factory.specs.add(limit());

        factory.create = parameters -> {
            parameters.integer("limit", 10, Long.MIN_VALUE, 100);
            return FAIR;
        };
        assertBroken("parameter limit, given 0.0, below its minimum: was accepted", Rule.IGNORES_BOUNDS);

        factory.create = parameters -> {
            parameters.integer("limit", 10, 1, Long.MAX_VALUE);
            return FAIR;
        };
        assertBroken("parameter limit, given 101.0, above its maximum: was accepted", Rule.IGNORES_BOUNDS);
    }

    @Test
    void verify_durationBoundsNotKept_areCaught() {
        factory.specs.add(ParameterSpec.optional("window", ParameterSpec.Type.DURATION, "5s", "How far to look back.")
                .between(1, 60));
        factory.create = parameters -> {
            parameters.duration("window", Duration.ofSeconds(5));
            return FAIR;
        };

        assertBroken("parameter window, given 0.0, below its minimum: was accepted", Rule.IGNORES_BOUNDS);
    }

    @Test
    void verify_refusalWithoutThePath_isCaught() {
        factory.specs.add(limit());

        factory.create = parameters -> {
            long limit = parameters.integer("limit", 10, Long.MIN_VALUE, 100);
            if (limit < 1) {
                throw new IllegalArgumentException("limit too small");
            }
            return FAIR;
        };
        assertBroken(
                "parameter limit, given 0.0, below its minimum: threw java.lang.IllegalArgumentException: "
                        + "limit too small, no ParameterException",
                Rule.REFUSES_WITHOUT_PATH);

        factory.create = parameters -> {
            long limit = parameters.integer("limit", 10, Long.MIN_VALUE, 100);
            if (limit < 1) {
                throw parameters.error("other", "must be something else", "Maybe.");
            }
            return FAIR;
        };
        assertBroken(
                "parameter limit, given 0.0, below its minimum: was refused at plugins[0].parameters.other",
                Rule.REFUSES_WITHOUT_PATH);
    }

    @Test
    void verify_pluginThatIsBroken_isCaught() {
        factory.create = parameters -> (EndpointScorer) (request, candidate) -> 2;

        assertBroken("over 1 endpoint, nothing known: the score of e0 is 2.0", Rule.SCORE_RANGE);
    }
}
