package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.broadcasty.OpenApiDocument.Operation;
import io.broadcasty.server.web.DataPlane;
import io.broadcasty.wire.Code;
import jakarta.servlet.annotation.WebServlet;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Compares the OpenAPI document with the code that serves its addresses. */
class OpenApiTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.broadcasty");

  /** The servlets of WebSockets, which are mapped when the server starts. */
  private static final Set<String> WEB_SOCKETS = Set.of("GET /broadcasty/ws", "GET /app/{}");

  /** Servlets whose path ends so serve what stands before it, and all that is below. */
  private static final String BELOW = "/*";

  /** Stands for the methods of a servlet that looks at them by itself. */
  private static final String ANY = "*";

  private static final String LOGOUT = "/broadcasty/backchannel-logout";

  private static final Map<String, String> METHODS_OF_SERVLETS =
      Map.of(
          "doGet", "GET", "doPost", "POST", "doPut", "PUT", "doDelete", "DELETE", "service", ANY);

  private static final Pattern PATH_PARAMETER = Pattern.compile("\\{([^}:]*)[^}]*}");

  private final OpenApiDocument document = OpenApiDocument.read();

  @Test
  void documentsEveryAddressAndNoOther() {
    Set<String> served = new TreeSet<>(resources());
    served.addAll(servlets());
    served.addAll(WEB_SOCKETS);
    Set<String> documented = new TreeSet<>();
    for (Operation operation : document.operations()) {
      documented.add(operation.method() + " " + withoutNames(operation.path()));
    }
    Set<String> wide =
        served.stream().filter(each -> each.endsWith(BELOW)).collect(Collectors.toSet());
    for (String each : wide) {
      Pattern below = below(each);
      assertTrue(documented.removeIf(operation -> below.matcher(operation).matches()), each);
    }
    served.removeAll(wide);
    assertEquals(String.join("\n", served), String.join("\n", documented));
  }

  /** Returns the addresses that a servlet serves whose path ends with {@link #BELOW}. */
  private static Pattern below(String wide) {
    String address = wide.substring(0, wide.length() - BELOW.length());
    int space = address.indexOf(' ');
    String method =
        address.substring(0, space).equals(ANY) ? "[A-Z]+" : address.substring(0, space);
    return Pattern.compile(method + Pattern.quote(address.substring(space)) + "(/.*)?");
  }

  /** Returns the methods and paths of all resources, with empty names of parameters. */
  private static Set<String> resources() {
    Set<String> addresses = new HashSet<>();
    String base = "/" + DataPlane.class.getAnnotation(ApplicationPath.class).value();
    for (Class<?> resource : new DataPlane().getClasses()) {
      for (Method method : resource.getDeclaredMethods()) {
        for (Annotation annotation : method.getAnnotations()) {
          HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
          if (http != null && !http.value().equals(HttpMethod.HEAD)) { // it goes with GET
            Path part = method.getAnnotation(Path.class);
            String path = resource.getAnnotation(Path.class).value();
            addresses.add(
                http.value()
                    + " "
                    + withoutNames(base + "/" + path + (part == null ? "" : "/" + part.value())));
          }
        }
      }
    }
    return addresses;
  }

  /**
   * A server picks the class with the longest path that matches, and looks for the method in no
   * other one (Jakarta RESTful Web Services 3.1, section 3.7.2).
   */
  @Test
  void noClassHidesAMethodOfAnother() {
    List<Class<?>> resources =
        new DataPlane()
            .getClasses().stream().filter(each -> each.isAnnotationPresent(Path.class)).toList();
    Set<String> hidden = new TreeSet<>();
    for (Class<?> one : resources) {
      for (Class<?> other : resources) {
        String path = pathOf(one);
        String longer = pathOf(other);
        if (longer.startsWith(path + "/")) {
          Pattern below =
              Pattern.compile(PATH_PARAMETER.matcher(longer).replaceAll("[^/]+") + "(/.*)?");
          for (Method method : one.getDeclaredMethods()) {
            Path part = method.getAnnotation(Path.class);
            if (part != null && below.matcher(path + "/" + part.value()).matches()) {
              hidden.add(one.getSimpleName() + "." + method.getName() + " by " + longer);
            }
          }
        }
      }
    }
    assertEquals(Set.of(), hidden);
  }

  private static String pathOf(Class<?> resource) {
    return resource.getAnnotation(Path.class).value();
  }

  private static Set<String> servlets() {
    Set<String> addresses = new HashSet<>();
    for (JavaClass type : CLASSES) {
      if (type.isAnnotatedWith(WebServlet.class)) {
        WebServlet servlet = type.getAnnotationOfType(WebServlet.class);
        for (var method : type.getMethods()) {
          String http = METHODS_OF_SERVLETS.get(method.getName());
          if (http != null) {
            for (String[] paths : List.of(servlet.urlPatterns(), servlet.value())) {
              Arrays.stream(paths).forEach(path -> addresses.add(http + " " + path));
            }
          }
        }
      }
    }
    return addresses;
  }

  private static String withoutNames(String path) {
    return PATH_PARAMETER.matcher(path).replaceAll("{}");
  }

  @Test
  void namesTheParametersOfEachPath() {
    for (Operation operation : document.operations()) {
      Set<Object> named = new HashSet<>();
      Matcher parameter = PATH_PARAMETER.matcher(operation.path());
      while (parameter.find()) {
        named.add(parameter.group(1));
      }
      Set<Object> described = new HashSet<>();
      for (Map<String, Object> each : document.parameters(operation, "path")) {
        described.add(each.get("name"));
        assertEquals(true, each.get("required"), operation.toString());
      }
      assertEquals(named, described, operation.toString());
    }
  }

  @Test
  void everyOperationHasAnIdATagAndASummary() {
    Set<Object> tags = new HashSet<>();
    OpenApiDocument.list(document.root().get("tags"))
        .forEach(tag -> tags.add(OpenApiDocument.map(tag).get("name")));
    Set<Object> ids = new HashSet<>();
    for (Operation operation : document.operations()) {
      Map<String, Object> fields = operation.fields();
      assertTrue(ids.add(fields.get("operationId")), operation.toString());
      assertTrue(tags.containsAll(OpenApiDocument.list(fields.get("tags"))), operation.toString());
      String summary = String.valueOf(fields.get("summary"));
      assertFalse(summary.isBlank() || summary.endsWith("."), operation.toString());
    }
  }

  @Test
  void administrationTakesTokensAlone() {
    for (Operation operation : document.operations()) {
      if (operation.path().startsWith("/broadcasty/admin/")) {
        assertEquals(
            List.of(Map.of("token", List.of())),
            operation.fields().get("security"),
            operation.toString());
      }
    }
  }

  @Test
  void referencesLeadSomewhereAndNothingIsUnused() {
    Set<String> used = new HashSet<>();
    walk(
        document.root(),
        (key, value) -> {
          if (key.equals("$ref")) {
            used.add(String.valueOf(value));
          }
        });
    used.forEach(document::at);
    Set<String> unused = new TreeSet<>();
    OpenApiDocument.map(document.root().get("components"))
        .forEach(
            (kind, components) -> {
              if (!kind.equals("securitySchemes")) {
                for (String name : OpenApiDocument.map(components).keySet()) {
                  unused.add("#/components/" + kind + "/" + name);
                }
              }
            });
    unused.removeAll(used);
    assertEquals(Set.of(), unused);
  }

  private static void walk(Object value, BiConsumer<String, Object> visitor) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, each) -> {
            assertTrue(key instanceof String, () -> key + " must be in quotation marks");
            visitor.accept((String) key, each);
            walk(each, visitor);
          });
    } else if (value instanceof List<?> list) {
      list.forEach(each -> walk(each, visitor));
    } else {
      assertFalse(value instanceof java.util.Date, () -> value + " must be in quotation marks");
    }
  }

  @Test
  void problemsHaveTheirCodesAndStatus() {
    Set<String> http =
        Arrays.stream(Code.values())
            .filter(code -> code.httpStatus() != 0)
            .map(Code::wireName)
            .collect(Collectors.toSet());
    Map<String, Object> problem = OpenApiDocument.map(document.at("#/components/schemas/Problem"));
    assertEquals(http, codes(problem));
    Set<String> named = new HashSet<>();
    for (Operation operation : document.operations()) {
      document
          .responses(operation)
          .forEach(
              (status, response) -> {
                boolean failed = Integer.parseInt(status) >= 400;
                Map<String, Object> content =
                    OpenApiDocument.map(response.getOrDefault("content", Map.of()));
                Set<String> types = new HashSet<>(content.keySet());
                if (operation.path().equals(LOGOUT) && status.equals("400")) {
                  assertTrue(types.remove("application/json"), "what OpenID Connect has for it");
                }
                assertEquals(failed, types.equals(Set.of("application/problem+json")), status);
                if (failed) {
                  Map<String, Object> media =
                      OpenApiDocument.map(content.get("application/problem+json"));
                  for (String name : codes(OpenApiDocument.map(media.get("schema")))) {
                    Code code = Code.fromWireName(name);
                    assertEquals(
                        code == null ? null : Integer.valueOf(code.httpStatus()),
                        Integer.valueOf(status),
                        operation + " names " + name);
                    named.add(name);
                  }
                }
              });
    }
    Set<String> unnamed = new TreeSet<>(http);
    unnamed.removeAll(named);
    assertEquals(
        Set.of(
            "already_subscribed", // of commands on a connection
            "method_not_allowed", // of every address
            "not_subscribed",
            "unknown_command"),
        unnamed);
  }

  private static Set<String> codes(Map<String, Object> schema) {
    Map<String, Object> code =
        OpenApiDocument.map(OpenApiDocument.map(schema.get("properties")).get("code"));
    return OpenApiDocument.list(code.get("enum")).stream()
        .map(String.class::cast)
        .collect(Collectors.toSet());
  }

  @Test
  void everyJsonBodyHasAnExampleOfItsSchema() {
    List<String> faults = new ArrayList<>();
    for (Operation operation : document.operations()) {
      if (operation.fields().containsKey("requestBody")) {
        checkExamples(
            operation + " request",
            document.resolve(OpenApiDocument.map(operation.fields().get("requestBody"))),
            faults);
      }
      document
          .responses(operation)
          .forEach((status, response) -> checkExamples(operation + " " + status, response, faults));
    }
    assertEquals(List.of(), faults);
  }

  private final Set<Map<String, Object>> checked = new HashSet<>();

  private void checkExamples(String where, Map<String, Object> owner, List<String> faults) {
    OpenApiDocument.map(owner.getOrDefault("content", Map.of()))
        .forEach(
            (type, value) -> {
              Map<String, Object> media = OpenApiDocument.map(value);
              if (!type.endsWith("json") || type.contains("ndjson") || !checked.add(media)) {
                return;
              }
              Map<String, Object> examples = document.examples(media);
              if (examples.isEmpty()) {
                faults.add(where + ": there is no example");
              }
              examples.forEach(
                  (name, example) ->
                      document
                          .faults(OpenApiDocument.map(media.get("schema")), example)
                          .forEach(fault -> faults.add(where + " " + name + " " + fault)));
            });
  }

  @Test
  void examplesAreComparedWithTheirSchemas() {
    Map<String, Object> position =
        OpenApiDocument.map(document.at("#/components/schemas/Position"));
    assertEquals(
        List.of(), document.faults(position, Map.of("partition", 0, "sequence", 1, "epoch", "k")));
    assertFalse(
        document.faults(position, Map.of("partition", "0", "sequence", 1, "epoch", "k")).isEmpty());
    assertFalse(document.faults(position, Map.of("partition", 0)).isEmpty());
  }
}
