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

  private static long overlap(String json) throws ProblemException {
    return KeyRequestReader.readOverlapSeconds(json.getBytes(StandardCharsets.UTF_8), 60, 100);
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
  void readsTheOverlap() throws ProblemException {
    assertEquals(60, overlap(""));
    assertEquals(60, overlap("{}"));
    assertEquals(0, overlap("{\"overlapSeconds\":0}"));
    for (String bad :
        List.of("[]", "{\"overlapSeconds\":101}", "{\"overlapSeconds\":-1}", "{\"a\":1}")) {
      assertThrows(ProblemException.class, () -> overlap(bad), bad);
    }
  }
}
