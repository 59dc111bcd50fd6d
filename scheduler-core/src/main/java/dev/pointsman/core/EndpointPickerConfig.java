// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.core;

import static java.util.Objects.requireNonNull;

import dev.pointsman.api.config.PluginFactory;
import dev.pointsman.core.config.ConfigurationException;
import dev.pointsman.core.config.DeclaredPlugin;
import dev.pointsman.core.config.DeclaredProfile;
import dev.pointsman.core.config.Semantics;
import dev.pointsman.core.internal.config.ConfigSource;
import dev.pointsman.core.internal.config.DocumentReader;
import dev.pointsman.core.internal.config.Node;
import dev.pointsman.core.internal.config.SchemaReader;
import dev.pointsman.core.internal.config.SchemaText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * llm-d's {@code EndpointPickerConfig}: which plugins there are and which profiles use them. Immutable.
 *
 * <pre>{@code
 * EndpointPickerConfig config = EndpointPickerConfig.load(Path.of("epp.yaml"));
 * Pointsman pointsman = Pointsman.builder(fleet).configuration(config).build();
 * }</pre>
 *
 * <p>YAML or JSON, in the API group {@code llm-d.ai/v1alpha1} or the older {@code inference.networking.x-k8s.io/v1alpha1}.
 * Reading is strict: an unknown field, a name given twice, a reference to nothing or a value of the wrong kind is a {@link
 * ConfigurationException} that says where; so are anchors, aliases and tags, and text beyond a megabyte. What plugins think of
 * their parameters shows when a scheduler is built or {@linkplain Pointsman#reload reloaded}, with the same
 * places.
 *
 * <p>A scheduler made from this decides as llm-d does, flaws included. To have our corrected semantics instead, say so in code
 * ({@link #semantics(Semantics)}) or in the file, with the one field that llm-d does not know:
 *
 * <pre>{@code
 * pointsman:
 *   semantics: corrected
 * }</pre>
 *
 * <p><b>Defaults</b>, as in llm-d: an empty file is {@code queue-scorer} 2, {@code kv-cache-utilization-scorer} 2 and {@code
 * prefix-cache-scorer} 3 in one profile. In any other file without a profile, one named {@code default} uses every filter,
 * scorer and picker declared, in their order (llm-d's order is random). A profile without a picker takes the first one declared,
 * or {@code max-score-picker}; a single profile needs no handler; a weight not given is 1. Data that a plugin needs and no
 * declared producer makes gets the default producer.
 *
 * <p>Flow control, request parsing, tokenizers, metric scraping and Kubernetes discovery are not read from here: a
 * configuration that asks for them is refused, and the error names the feature. Plugin types that llm-d calls experimental need
 * no flag.
 */
public final class EndpointPickerConfig {
    private final ConfigSource source;
    private final Semantics semantics;

    private EndpointPickerConfig(ConfigSource source, Semantics semantics) {
        this.source = source;
        this.semantics = semantics;
    }

    /**
     * Reads a file in UTF-8.
     *
     * @throws ConfigurationException if it is wrong
     * @throws IOException if it cannot be read
     */
    public static EndpointPickerConfig load(Path file) throws IOException {
        String name = file.toString();
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            // What a file says of its size is no bound: it may grow, or be a device or a pipe.
            bytes = in.readNBytes(DocumentReader.MOST_BYTES + 1);
        }
        if (bytes.length > DocumentReader.MOST_BYTES) {
            throw new ConfigurationException(
                    name,
                    0,
                    0,
                    "",
                    "has more than " + DocumentReader.MOST_BYTES + " bytes, which are the most.",
                    "Maybe it is the wrong file.",
                    null);
        }
        try {
            // A decoder of its own reports what is not UTF-8, where new String would put question marks.
            return parse(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(
                    name, 0, 0, "", "is not UTF-8.", "Maybe it was saved in another encoding, or is no text.", e);
        }
    }

    /**
     * Reads text.
     *
     * @param name what it is called in error messages, such as a file's name
     * @param text YAML or JSON; empty for a configuration of defaults only
     * @throws ConfigurationException if it is wrong
     */
    public static EndpointPickerConfig parse(String name, String text) {
        requireNonNull(name, "name");
        Node root = DocumentReader.read(name, requireNonNull(text, "text"));
        ConfigSource source = root == null ? ConfigSource.empty(name) : SchemaReader.read(name, root);
        return new EndpointPickerConfig(source, source.semantics());
    }

    /**
     * Writes the JSON Schema (draft 2020-12) of a configuration, for editors to complete and check it by.
     *
     * @param factories the plugin types that it may name, such as {@link BuiltInPlugins#factories()}
     */
    public static String jsonSchema(Collection<PluginFactory> factories) {
        return SchemaText.write(factories);
    }

    /** Returns the same configuration, read by other semantics; what the file says of them no longer counts. */
    public EndpointPickerConfig semantics(Semantics semantics) {
        return new EndpointPickerConfig(source, requireNonNull(semantics, "semantics"));
    }

    /** Returns whose semantics hold; {@link Semantics#LLM_D} unless the file or the host says otherwise. */
    public Semantics semantics() {
        return semantics;
    }

    /** Returns what was read, with the place of each part. */
    ConfigSource source() {
        return source;
    }

    /** Returns what it is called in error messages. */
    public String name() {
        return source.file();
    }

    /** Returns the plugins declared, in order. */
    public List<DeclaredPlugin> plugins() {
        return source.plugins();
    }

    /** Returns the profiles declared, in order. */
    public List<DeclaredProfile> profiles() {
        return source.profiles();
    }

    @Override
    public String toString() {
        return "EndpointPickerConfig[" + name() + ", " + plugins().size() + " plugins, "
                + profiles().size() + " profiles]";
    }
}
