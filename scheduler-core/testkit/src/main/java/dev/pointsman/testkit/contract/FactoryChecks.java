// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.testkit.contract;

import dev.pointsman.api.config.ParameterException;
import dev.pointsman.api.config.ParameterSpec;
import dev.pointsman.api.config.Parameters;
import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.api.plugin.Plugin;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is asked of factories: a well-formed name, parameters that are described, read and bounded as described. */
final class FactoryChecks {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+([-./][a-z0-9]+)*");
    private static final String PATH = "plugins[0].parameters";

    private final PluginFactory factory;
    private final Map<String, ?> given;
    private final Findings findings;

    FactoryChecks(PluginFactory factory, Map<String, ?> given, Findings findings) {
        this.factory = factory;
        this.given = given;
        this.findings = findings;
    }

    /** Checks the factory; returns a plugin made of the given parameters, or null if it makes none. */
    @Nullable
    Plugin check() {
        checkNames();
        List<ParameterSpec> specs = factory.parameters();
        Set<String> names = new HashSet<>();
        for (ParameterSpec spec : specs) {
            if (!names.add(spec.name())) {
                findings.broken(Rule.SPECIFICATION, "parameter " + spec.name(), "is described twice");
            }
            checkSpecification(spec);
        }
        requireGiven(specs);
        Plugin plugin = created();
        if (plugin != null) {
            specs.forEach(this::checkRefusals);
        }
        return plugin;
    }

    private void checkNames() {
        if (!NAME.matcher(factory.type()).matches()) {
            findings.broken(Rule.TYPE_NAME, "type", "is called \"" + factory.type() + "\"");
        }
        for (String alias : factory.aliases()) {
            if (!NAME.matcher(alias).matches() || alias.equals(factory.type())) {
                findings.broken(Rule.TYPE_NAME, "aliases", "one is called \"" + alias + "\"");
            }
        }
        if (factory.description().isBlank()) {
            findings.broken(Rule.DESCRIPTION, "description", "is blank");
        }
    }

    private void checkSpecification(ParameterSpec spec) {
        String where = "parameter " + spec.name();
        if (spec.description().isBlank()) {
            findings.broken(Rule.DESCRIPTION, where, "has no description");
        }
        if (!(spec.minimum() <= spec.maximum())) {
            findings.broken(Rule.SPECIFICATION, where, "has bounds " + spec.minimum() + " to " + spec.maximum());
            return;
        }
        String text = spec.defaultValue();
        if (text == null) {
            return;
        }
        if (spec.required()) {
            findings.broken(Rule.SPECIFICATION, where, "is required and has a default");
        }
        try {
            readAs(spec, Parameters.of("default", Map.of(spec.name(), valueOf(spec, text))));
        } catch (ParameterException | NumberFormatException wrong) {
            findings.broken(
                    Rule.SPECIFICATION, where, "has the default \"" + text + "\", which is not one of its values");
        }
    }

    private void requireGiven(List<ParameterSpec> specs) {
        for (ParameterSpec spec : specs) {
            if (spec.required() && !given.containsKey(spec.name())) {
                throw new IllegalArgumentException(
                        "factory " + factory.type() + ": requires the parameter " + spec.name()
                                + ", which the test does not give.\nMaybe give it: PluginContract.of(factory, Map.of(\""
                                + spec.name() + "\", ...)).");
            }
        }
    }

    private @Nullable Plugin created() {
        try {
            Plugin plugin = factory.create(factory.type(), Parameters.of(PATH, given));
            if (!isPresent(plugin)) {
                findings.broken(Rule.CREATES_NOTHING, "create", "returned null");
            }
            return plugin;
        } catch (RuntimeException | Error failure) {
            findings.broken(Rule.CREATES_NOTHING, "create with " + given, "threw " + Findings.firstLine(failure));
            return null;
        }
    }

    /** A factory in code that is not null-checked can return null all the same. */
    private static boolean isPresent(@Nullable Plugin plugin) {
        return plugin != null;
    }

    private void checkRefusals(ParameterSpec spec) {
        boolean scalar = spec.type() != ParameterSpec.Type.STRING_LIST
                && spec.type() != ParameterSpec.Type.OBJECT
                && spec.type() != ParameterSpec.Type.OBJECT_LIST;
        refuses(spec, scalar ? List.of(List.of()) : 7, Rule.IGNORES_PARAMETER, "of another type");
        if (spec.type() == ParameterSpec.Type.INTEGER
                || spec.type() == ParameterSpec.Type.SIZE
                || spec.type() == ParameterSpec.Type.NUMBER
                || spec.type() == ParameterSpec.Type.DURATION) {
            if (spec.minimum() > -Double.MAX_VALUE) {
                refuses(spec, beyond(spec.minimum(), -1), Rule.IGNORES_BOUNDS, "below its minimum");
            }
            if (spec.maximum() < Double.MAX_VALUE) {
                refuses(spec, beyond(spec.maximum(), 1), Rule.IGNORES_BOUNDS, "above its maximum");
            }
        }
    }

    private void refuses(ParameterSpec spec, Object value, Rule rule, String how) {
        String path = PATH + "." + spec.name();
        String where = "parameter " + spec.name() + ", given " + value + ", " + how;
        Map<String, Object> parameters = new HashMap<>(given);
        parameters.put(spec.name(), value);
        try {
            factory.create(factory.type(), Parameters.of(PATH, parameters));
            findings.broken(rule, where, "was accepted");
        } catch (ParameterException refusal) {
            if (!refusal.path().startsWith(path)) {
                findings.broken(Rule.REFUSES_WITHOUT_PATH, where, "was refused at " + refusal.path());
            }
        } catch (RuntimeException | Error failure) {
            findings.broken(
                    Rule.REFUSES_WITHOUT_PATH,
                    where,
                    "threw " + Findings.firstLine(failure) + ", no ParameterException");
        }
    }

    /** Returns a number next to a bound, a whole one if the bound is. */
    private static Object beyond(double bound, int direction) {
        double number = bound + direction;
        if (number == bound) {
            number = direction < 0 ? Math.nextDown(bound) : Math.nextUp(bound);
        }
        return number;
    }

    private static Object valueOf(ParameterSpec spec, String text) {
        return switch (spec.type()) {
            case INTEGER, NUMBER -> new BigDecimal(text);
            case BOOLEAN -> text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : text;
            default -> text;
        };
    }

    private static void readAs(ParameterSpec spec, Parameters parameters) {
        switch (spec.type()) {
            case INTEGER -> parameters.integer(spec.name(), 0, (long) spec.minimum(), (long) spec.maximum());
            case SIZE -> parameters.size(spec.name(), 0, (long) spec.minimum(), (long) spec.maximum());
            case NUMBER -> parameters.number(spec.name(), 0, spec.minimum(), spec.maximum());
            case BOOLEAN -> parameters.flag(spec.name(), false);
            case DURATION ->
                parameters.duration(spec.name(), Duration.ZERO, seconds(spec.minimum()), seconds(spec.maximum()));
            default -> {}
        }
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
