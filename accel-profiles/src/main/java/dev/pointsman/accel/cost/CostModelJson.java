// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.accel.cost;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The file of coefficients: one group a line, six significant digits, so that two fits of the same points are the same to the
 * byte.
 */
public final class CostModelJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final MathContext DIGITS = new MathContext(6);

    private CostModelJson() {}

    /**
     * Writes a cost model.
     *
     * @param about what it was made of; written first
     */
    public static String write(CostModel model, Map<String, String> about) {
        StringBuilder out = new StringBuilder("{\n");
        ObjectNode head = JsonNodeFactory.instance.objectNode();
        about.forEach(head::put);
        out.append("\"about\": ").append(head).append(",\n");
        quantity(out, "decode", model.decode());
        out.append(",\n");
        quantity(out, "firstToken", model.firstToken());
        return out.append("\n}\n").toString();
    }

    static CostModel read(InputStream in, String file) throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(in);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    file + ": is not JSON: " + e.getOriginalMessage() + "\nMaybe it was cut off; run the fit again.",
                    e);
        }
        return new CostModel(
                quantity(member(root, "decode", file), Term.DECODE, file + ": decode"),
                quantity(member(root, "firstToken", file), Term.FIRST_TOKEN, file + ": firstToken"));
    }

    private static void quantity(StringBuilder out, String name, Coefficients coefficients) {
        ArrayNode terms = JsonNodeFactory.instance.arrayNode();
        for (Term term : coefficients.terms()) {
            ObjectNode line = terms.addObject().put("name", term.name()).put("prior", decimal(term.prior()));
            if (term.least() > 0) {
                line.put("least", decimal(term.least()));
            }
            if (term.most() < Double.POSITIVE_INFINITY) {
                line.put("most", decimal(term.most()));
            }
            line.put("meaning", term.meaning());
        }
        List<String> groups = new ArrayList<>();
        for (Coefficients.Group group : coefficients.groups()) {
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            texts(line.putArray("key"), group.key());
            line.put("points", group.points());
            line.put("meanError", decimal(group.meanError()));
            line.put("medianError", decimal(group.medianError()));
            ArrayNode values = line.putArray("coefficients");
            group.coefficients().forEach(value -> values.add(decimal(value)));
            groups.add(line.toString());
        }
        List<String> strangers = new ArrayList<>();
        for (int level = 0; level < coefficients.strangers().size(); level++) {
            ObjectNode line = JsonNodeFactory.instance.objectNode().put("level", BasisLevel.values()[level].label());
            strangers.add(band(line, coefficients.strangers().get(level)).toString());
        }
        List<String> bands = new ArrayList<>();
        coefficients.bands().forEach((key, band) -> {
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            texts(line.putArray("key"), key);
            bands.add(band(line, band).toString());
        });
        out.append("\"").append(name).append("\": {\n");
        lines(out, "terms", elements(terms));
        out.append(",\n");
        lines(out, "groups", groups);
        out.append(",\n");
        lines(out, "strangers", strangers);
        out.append(",\n");
        lines(out, "bands", bands);
        out.append("\n}");
    }

    private static ObjectNode band(ObjectNode line, Band band) {
        return line.put("low", decimal(band.low()))
                .put("high", decimal(band.high()))
                .put("points", band.points());
    }

    private static void texts(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }

    private static List<String> elements(ArrayNode array) {
        List<String> lines = new ArrayList<>();
        array.forEach(element -> lines.add(element.toString()));
        return lines;
    }

    private static void lines(StringBuilder out, String name, List<String> lines) {
        out.append("\"")
                .append(name)
                .append("\": [\n")
                .append(String.join(",\n", lines))
                .append("\n]");
    }

    private static BigDecimal decimal(double value) {
        return value == 0
                ? BigDecimal.ZERO
                : new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    }

    private static Coefficients quantity(JsonNode node, List<Term> terms, String place) {
        JsonNode names = member(node, "terms", place);
        List<String> expected = terms.stream().map(Term::name).toList();
        List<String> found = new ArrayList<>();
        names.forEach(term -> found.add(term.path("name").asText()));
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(place + ".terms: must be " + expected + ", but are " + found
                    + ".\nMaybe the file is of another version; run the fit again.");
        }
        List<Coefficients.Group> groups = new ArrayList<>();
        for (JsonNode line : member(node, "groups", place)) {
            List<Double> values = new ArrayList<>();
            member(line, "coefficients", place).forEach(value -> values.add(value.doubleValue()));
            groups.add(new Coefficients.Group(
                    key(line),
                    line.path("points").intValue(),
                    line.path("meanError").doubleValue(),
                    line.path("medianError").doubleValue(),
                    values));
        }
        List<Band> strangers = new ArrayList<>();
        member(node, "strangers", place).forEach(line -> strangers.add(band(line)));
        Map<List<String>, Band> bands = new LinkedHashMap<>();
        member(node, "bands", place).forEach(line -> bands.put(key(line), band(line)));
        return new Coefficients(terms, groups, strangers, bands);
    }

    private static Band band(JsonNode line) {
        return new Band(
                line.path("low").doubleValue(),
                line.path("high").doubleValue(),
                line.path("points").intValue());
    }

    private static List<String> key(JsonNode line) {
        List<String> key = new ArrayList<>();
        line.path("key").forEach(name -> key.add(name.asText()));
        return key;
    }

    private static JsonNode member(JsonNode node, String name, String place) {
        JsonNode member = node.get(name);
        if (member == null) {
            throw new IllegalArgumentException(
                    place + "." + name + ": is missing.\nMaybe the file was not written by fit; run it again.");
        }
        return member;
    }
}
