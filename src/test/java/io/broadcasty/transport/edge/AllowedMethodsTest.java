package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.OpenApiDocument;
import io.broadcasty.server.web.DataPlane;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Compares the methods of paths with the resources that serve them. */
class AllowedMethodsTest {

  private static final Set<String> WEB_SOCKETS = Set.of("/broadcasty/ws", "/app/X");
  private static final Pattern WORD = Pattern.compile("[a-z][a-z._-]+");

  @Test
  void everyResourceHasItsMethods() {
    Map<String, Set<String>> resources = new TreeMap<>();
    for (Class<?> resource : new DataPlane().getClasses()) {
      for (Method method : resource.getDeclaredMethods()) {
        for (Annotation annotation : method.getAnnotations()) {
          HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
          if (http != null) {
            resources
                .computeIfAbsent(path(resource, method), p -> new TreeSet<>())
                .add(http.value());
          }
        }
      }
    }
    assertTrue(resources.size() > 30, resources.keySet().toString());
    resources.forEach(
        (path, methods) -> {
          Set<String> expected = new TreeSet<>(methods);
          expected.add("OPTIONS");
          if (methods.contains("GET")) {
            expected.add("HEAD");
          }
          String allowed = String.valueOf(AllowedMethods.of(path));
          assertEquals(expected, new TreeSet<>(Set.of(allowed.split(", ", -1))), path);
        });
  }

  private static String path(Class<?> resource, Method method) {
    Path whole = resource.getAnnotation(Path.class);
    Path part = method.getAnnotation(Path.class);
    String path = whole.value() + (part == null ? "" : "/" + part.value());
    return "/broadcasty/" + path.replaceAll("\\{[^}]*}", "x-1");
  }

  @Test
  void theServletsHaveTheirs() {
    assertEquals("GET, HEAD, OPTIONS", AllowedMethods.of("/broadcasty/sse"));
    assertEquals("GET, OPTIONS", AllowedMethods.of("/broadcasty/ws"));
    assertEquals("POST, OPTIONS", AllowedMethods.of("/broadcasty/publish"));
    assertEquals("GET, HEAD, OPTIONS", AllowedMethods.of("/broadcasty/push/sw.js"));
    assertEquals("GET, HEAD, OPTIONS", AllowedMethods.of("/broadcasty/problems"));
    assertEquals("GET, HEAD, OPTIONS", AllowedMethods.of("/broadcasty/problems/forbidden"));
    assertNull(AllowedMethods.of("/broadcasty/nowhere"));
    assertNull(AllowedMethods.of("/broadcasty/push/a/b"));
  }

  /**
   * The document is compared with the resources by a test of its own, but not with all servlets.
   */
  @Test
  void thePathsAreThoseOfTheDocument() {
    Map<String, Set<String>> documented = new TreeMap<>();
    for (OpenApiDocument.Operation operation : OpenApiDocument.read().operations()) {
      String path = operation.path().replaceAll("\\{[^}]*}", "X");
      documented.computeIfAbsent(path, p -> new TreeSet<>()).add(operation.method());
    }
    // these do not pass the edge
    documented.keySet().removeIf(path -> path.matches("/(dev|\\.well-known)/.*"));
    documented.forEach(
        (path, methods) -> {
          methods.add("OPTIONS");
          if (methods.contains("GET") && !WEB_SOCKETS.contains(path)) {
            methods.add("HEAD");
          }
          String allowed = String.valueOf(AllowedMethods.of(path));
          assertEquals(methods, new TreeSet<>(Set.of(allowed.split(", ", -1))), path);
        });
    for (AllowedMethods.Route route : AllowedMethods.ROUTES) {
      String words =
          documented.keySet().stream()
              .filter(path -> route.path().matcher(path).matches())
              .collect(Collectors.joining(" "));
      Matcher word = WORD.matcher(route.path().pattern().replace("\\", ""));
      while (word.find()) {
        assertTrue(
            words.contains(word.group()), () -> word.group() + " of " + route + " is in " + words);
      }
    }
  }
}
