package io.broadcasty;

import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.SnakeYamlNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The OpenAPI document of the product, as the sources have it. */
public final class OpenApiDocument {

  /** Where the sources have the document. */
  public static final Path FILE =
      Path.of("src", "main", "resources", "io", "broadcasty", "transport", "http", "openapi.yaml");

  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  private final Map<String, Object> root;

  private OpenApiDocument(Map<String, Object> root) {
    this.root = root;
  }

  /** Reads the document. */
  public static OpenApiDocument read() {
    try {
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      return new OpenApiDocument(
          map(new Yaml(new SafeConstructor(options)).load(Files.readString(FILE))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * An address with a method.
   *
   * @param path with the names of its parameters in braces
   * @param method in capitals
   * @param item what the document says about the path
   * @param fields what it says about the method
   */
  public record Operation(
      String path, String method, Map<String, Object> item, Map<String, Object> fields) {

    /** Returns whether a caller needs no token. */
    public boolean isOpen() {
      return fields.containsKey("security") && list(fields.get("security")).contains(Map.of());
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /** Returns all addresses with their methods. */
  public List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    map(root.get("paths"))
        .forEach(
            (path, value) -> {
              Map<String, Object> item = map(value);
              item.forEach(
                  (name, fields) -> {
                    if (METHODS.contains(name)) {
                      operations.add(
                          new Operation(path, name.toUpperCase(Locale.ROOT), item, map(fields)));
                    }
                  });
            });
    return operations;
  }

  /** Returns the parameters of a kind: those of the path and of the method. */
  public List<Map<String, Object>> parameters(Operation operation, String in) {
    List<Map<String, Object>> found = new ArrayList<>();
    for (Map<String, Object> owner : List.of(operation.item(), operation.fields())) {
      for (Object each : list(owner.getOrDefault("parameters", List.of()))) {
        Map<String, Object> parameter = resolve(map(each));
        if (in.equals(parameter.get("in"))) {
          found.add(parameter);
        }
      }
    }
    return found;
  }

  /** Returns an example of the JSON body that a request has; null when it has none. */
  public @Nullable Object requestExample(Operation operation) {
    if (!operation.fields().containsKey("requestBody")) {
      return null;
    }
    Map<String, Object> body = resolve(map(operation.fields().get("requestBody")));
    Object json = map(body.get("content")).get("application/json");
    return json == null ? null : examples(map(json)).values().iterator().next();
  }

  /** Returns the fields that a JSON body of a request may have. */
  public Set<String> requestFields(Operation operation) {
    if (!operation.fields().containsKey("requestBody")) {
      return Set.of();
    }
    Map<String, Object> body = resolve(map(operation.fields().get("requestBody")));
    Map<String, Object> json = map(map(body.get("content")).get("application/json"));
    Map<String, Object> schema = resolve(map(json.get("schema")));
    return map(schema.getOrDefault("properties", Map.of())).keySet();
  }

  /** Returns a value that a parameter may have. */
  public Object sample(Map<String, Object> parameter) {
    Map<String, Object> schema = resolve(map(parameter.get("schema")));
    Object first = schema.containsKey("enum") ? list(schema.get("enum")).get(0) : null;
    for (Object value :
        Arrays.asList(
            parameter.get("example"), schema.get("example"), first, schema.get("default"))) {
      if (value != null) {
        return value;
      }
    }
    return "integer".equals(schema.get("type")) ? schema.getOrDefault("minimum", 1) : "x";
  }

  /** Returns the examples of a media type or parameter by name. */
  Map<String, Object> examples(Map<String, Object> owner) {
    Map<String, Object> examples = new LinkedHashMap<>();
    if (owner.containsKey("example")) {
      examples.put("example", owner.get("example"));
    }
    map(owner.getOrDefault("examples", Map.of()))
        .forEach((name, example) -> examples.put(name, resolve(map(example)).get("value")));
    return examples;
  }

  /** Returns the responses of an operation by status. */
  Map<String, Map<String, Object>> responses(Operation operation) {
    Map<String, Map<String, Object>> responses = new LinkedHashMap<>();
    map(operation.fields().get("responses"))
        .forEach((status, response) -> responses.put(status, resolve(map(response))));
    return responses;
  }

  /** Returns the object that a reference leads to, or the object itself. */
  Map<String, Object> resolve(Map<String, Object> object) {
    Object reference = object.get("$ref");
    return reference == null ? object : map(at((String) reference));
  }

  /** Returns what a reference leads to. */
  Object at(String reference) {
    Object found = root;
    for (String step : reference.substring(2).split("/", -1)) {
      found = map(found).get(step);
      if (found == null) {
        throw new AssertionError(reference + " leads nowhere");
      }
    }
    return found;
  }

  Map<String, Object> root() {
    return root;
  }

  /** Returns why a value does not have the form that a schema describes; empty when it does. */
  List<String> faults(Map<String, Object> schema, @Nullable Object value) {
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    whole.put("$defs", map(root.get("components")).get("schemas"));
    whole.put("allOf", List.of(schema));
    String text = new Yaml().dump(whole).replace("#/components/schemas/", "#/$defs/");
    var result =
        new ValidatorFactory()
            .withJsonNodeFactory(new SnakeYamlNode.Factory())
            .validate(text, new Yaml().dump(value));
    return result.getErrors().stream()
        .map(error -> error.getInstanceLocation() + ": " + error.getError())
        .toList();
  }

  /** Returns an object of the document. */
  @SuppressWarnings("unchecked") // all keys of the document are strings, which a test checks
  static Map<String, Object> map(@Nullable Object value) {
    return (Map<String, Object>) Objects.requireNonNull(value);
  }

  /** Returns an array of the document. */
  @SuppressWarnings("unchecked")
  static List<Object> list(@Nullable Object value) {
    return (List<Object>) Objects.requireNonNull(value);
  }
}
