package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantRequestReaderTest {

  private static TenantRequestReader.Request read(String json) throws ProblemException {
    return TenantRequestReader.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsTextsNumbersAndRemovedSettings() throws ProblemException {
    TenantRequestReader.Request request =
        read(
            "{\"id\":\"acme\",\"name\":\"Acme\",\"state\":\"active\",\"settings\":"
                + "{\"limits.batch\":5,\"replay.retention\":\"1d\",\"limits.user.burst\":null}}");
    assertEquals("acme", request.id());
    assertEquals("Acme", request.name());
    assertEquals("active", request.state());
    assertEquals("5", request.settings().get("limits.batch"));
    assertEquals("1d", request.settings().get("replay.retention"));
    assertTrue(request.settings().containsKey("limits.user.burst"));
    assertNull(request.settings().get("limits.user.burst"));
  }

  @Test
  void everythingMayBeMissing() throws ProblemException {
    TenantRequestReader.Request request = read("{}");
    assertNull(request.id());
    assertNull(request.name());
    assertNull(request.state());
    assertTrue(request.settings().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{\"stat\":\"active\"}",
        "{\"id\":7}",
        "{\"settings\":[]}",
        "{\"settings\":null}",
        "{\"settings\":{\"a\":true}}",
        "{\"settings\":{\"a\":1.5}}",
        "{\"settings\":{\"a\":{}}}",
        "{\"settings\":{\"a\":1,\"a\":2}}",
        "{\"settings\":{\"a\":99999999999999999999}}",
        "{} {}",
        "{",
      })
  void refusesOtherForms(String json) {
    assertThrows(ProblemException.class, () -> read(json));
  }
}
