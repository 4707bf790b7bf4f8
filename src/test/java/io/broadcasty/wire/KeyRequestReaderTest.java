package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.rbac.Action;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRequestReaderTest {

  private static KeyRequestReader.Create create(String json) throws ProblemException {
    return KeyRequestReader.readCreate(json.getBytes(StandardCharsets.UTF_8));
  }

  private static KeyRequestReader.Rotation rotation(String json) throws ProblemException {
    return KeyRequestReader.readRotation(json.getBytes(StandardCharsets.UTF_8), 60, 100);
  }

  private static KeyRequestReader.Update update(String json) throws ProblemException {
    return KeyRequestReader.readUpdate(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsEveryField() throws ProblemException {
    KeyRequestReader.Create request =
        create(
            "{\"tenant\":\"acme\",\"name\":\"n\",\"expiresAt\":\"2027-01-01T00:00:00Z\","
                + "\"scopes\":[{\"channels\":\"a.*\",\"operations\":[\"publish\",\"presence\"]},"
                + "{\"operations\":[],\"channels\":\"b\"}]}");
    assertEquals("acme", request.tenant());
    assertEquals("n", request.name());
    assertEquals("2027-01-01T00:00:00Z", request.expiresAt());
    assertEquals(
        List.of(
            new KeyRequestReader.Scope("a.*", Set.of(Action.PUBLISH, Action.PRESENCE)),
            new KeyRequestReader.Scope("b", Set.of())),
        request.scopes());
    assertNull(create("{}").tenant());
    assertEquals(List.of(), create("{}").scopes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"nam\":\"n\"}",
        "{\"name\":1}",
        "{\"scopes\":{}}",
        "{\"scopes\":null}",
        "{\"scopes\":[1]}",
        "{\"scopes\":[{}]}",
        "{\"scopes\":[{\"channels\":\"a\",\"operations\":\"publish\"}]}",
        "{\"scopes\":[{\"channels\":\"a\",\"operations\":[\"fly\"]}]}",
        "{\"scopes\":[{\"channels\":\"a\",\"operations\":[null]}]}",
        "{\"scopes\":[{\"channels\":\"a\",\"operations\":[[\"publish\"]]}]}",
        "{\"scopes\":[{\"channels\":\"a\",\"more\":1}]}",
        "{\"scopes\":[{\"channels\":\"a\"}",
        "{} {}",
      })
  void refusesOtherForms(String json) {
    assertThrows(ProblemException.class, () -> create(json));
  }

  @Test
  void refusesLongLists() {
    String one = "{\"channels\":\"a\",\"operations\":[\"publish\"]}";
    assertThrows(
        ProblemException.class,
        () -> create("{\"scopes\":[" + one + ("," + one).repeat(200) + "]}"));
  }

  @Test
  void readsARotation() throws ProblemException {
    assertEquals(new KeyRequestReader.Rotation(60, false), rotation(""));
    assertEquals(new KeyRequestReader.Rotation(60, false), rotation("{}"));
    assertEquals(
        new KeyRequestReader.Rotation(0, true),
        rotation("{\"overlapSeconds\":0,\"replace\":true}"));
    for (String bad :
        List.of(
            "[]",
            "{\"overlapSeconds\":101}",
            "{\"overlapSeconds\":-1}",
            "{\"replace\":null}",
            "{\"replace\":\"true\"}",
            "{\"a\":1}")) {
      assertThrows(ProblemException.class, () -> rotation(bad), bad);
    }
  }

  @Test
  void readsAnUpdate() throws ProblemException {
    assertEquals(new KeyRequestReader.Update("n", null, false, null), update("{\"name\":\"n\"}"));
    assertEquals(
        new KeyRequestReader.Update(null, null, true, null), update("{\"expiresAt\":null}"));
    assertEquals(
        new KeyRequestReader.Update(
            null, List.of(new KeyRequestReader.Scope("b", Set.of())), true, "t"),
        update("{\"expiresAt\":\"t\",\"scopes\":[{\"operations\":[],\"channels\":\"b\"}]}"));
    for (String bad :
        List.of(
            "",
            "{}",
            "[]",
            "{\"name\":null}",
            "{\"scopes\":null}",
            "{\"tenant\":\"acme\"}",
            "{\"state\":\"revoked\"}",
            "{\"name\":\"n\"} {}")) {
      assertThrows(ProblemException.class, () -> update(bad), bad);
    }
  }
}
