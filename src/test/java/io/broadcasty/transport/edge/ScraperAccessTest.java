package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests which requests may read the meters. */
class ScraperAccessTest {

  private static final String PATH = "/broadcasty/metrics";
  private static final String SECRET = "0123456789abcdef";

  private static HttpServletRequest request() {
    Map<Object, Object> attributes = new HashMap<>();
    return (HttpServletRequest)
        Proxy.newProxyInstance(
            HttpServletRequest.class.getClassLoader(),
            new Class<?>[] {HttpServletRequest.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "setAttribute" -> attributes.put(arguments[0], arguments[1]);
                  case "getAttribute" -> attributes.get(arguments[0]);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static void check(
      boolean admitted, MetricsAccess access, String path, @Nullable String token) {
    HttpServletRequest request = request();
    assertFalse(ScraperAccess.isAdmitted(request));
    assertEquals(
        admitted, new ScraperAccess(access).admit(request, path, token), path + " " + token);
    assertEquals(admitted, ScraperAccess.isAdmitted(request));
  }

  @Test
  void theSecretGivesAccessToTheMetersOnly() {
    MetricsAccess access = new MetricsAccess(true, false, SECRET);
    check(true, access, PATH, SECRET);
    check(false, access, PATH, null);
    check(false, access, PATH, "");
    check(false, access, PATH, SECRET + "0");
    check(false, access, PATH, SECRET.substring(1));
    check(false, access, "/broadcasty/admin/nodes", SECRET);
    check(false, access, "/broadcasty/metrics/../replay", SECRET);
    check(false, access, PATH + ";x=1", SECRET);
  }

  @Test
  void withoutASecretNoTokenGivesAccess() {
    MetricsAccess closed = new MetricsAccess(true, false, null);
    check(false, closed, PATH, null);
    check(false, closed, PATH, "null");
    check(false, closed, PATH, "");
  }

  @Test
  void openAccessCoversTheMetersOnly() {
    MetricsAccess open = new MetricsAccess(true, true, null);
    check(true, open, PATH, null);
    check(true, open, PATH, "whatever");
    check(false, open, "/broadcasty/publish", null);
  }

  @Test
  void theSecretIsNotShown() {
    String text = new MetricsAccess(true, false, SECRET).toString();
    assertFalse(text.contains(SECRET));
    assertTrue(text.contains("open=false"), text);
  }
}
