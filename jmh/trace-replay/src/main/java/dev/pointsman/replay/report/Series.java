// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.replay.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/**
 * The lines of a page's charts, as the scripts of {@code plan} and {@code which} know them.
 *
 * @param names what each is called
 * @param palette how each is drawn
 */
record Series(List<String> names, Palette palette) {
    static Series of(List<String> names) {
        return new Series(names, Palette.of(names.size()));
    }

    /** Makes a key for each line; the script makes it a switch. */
    String keys() {
        Html html = new Html();
        for (int i = 0; i < names.size(); i++) {
            List<String> dash = palette.dash(i).stream().map(String::valueOf).toList();
            html.markup("<button class=\"key\" type=\"button\" aria-pressed=\"true\" data-series=\"" + i + "\">")
                    .markup(
                            "<svg width=\"26\" height=\"8\" aria-hidden=\"true\"><line x1=\"0\" x2=\"26\" y1=\"4\" y2=\"4\"")
                    .markup(" style=\"stroke:var(" + palette.colour(i) + ")\" stroke-width=\"2.5\"")
                    .markup(dash.isEmpty() ? "" : " stroke-dasharray=\"" + String.join(" ", dash) + "\"")
                    .markup("></line></svg><span>")
                    .name(names.get(i))
                    .markup("</span><output></output></button>\n");
        }
        return html.toString();
    }

    /** Writes how each line is drawn. */
    void write(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("series");
        for (int i = 0; i < names.size(); i++) {
            json.writeStartObject();
            json.writeStringField("name", names.get(i));
            json.writeStringField("colour", palette.colour(i));
            json.writeArrayFieldStart("dash");
            for (int length : palette.dash(i)) {
                json.writeNumber(length);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
