package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationRequestReaderTest {

  private static RevocationRequestReader.Request read(String json) throws ProblemException {
    return RevocationRequestReader.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsOneTarget() throws ProblemException {
    assertEquals(
        new RevocationRequestReader.Request("acme", "ann", null, null, "t1", "t2"),
        read(
            """
            {"tenant":"acme","user":"ann","issuedBefore":"t1","expiresAt":"t2"}
            """));
    assertEquals(
        new RevocationRequestReader.Request(null, null, "t", null, null, null),
        read("{\"tokenId\":\"t\",\"user\":null}"));
    assertEquals(
        new RevocationRequestReader.Request(null, null, null, "k", null, null),
        read("{\"key\":\"k\"}"));
    assertEquals(
        new RevocationRequestReader.Request("acme", null, null, null, null, null),
        read("{\"tenant\":\"acme\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "7",
        "{\"user\":\"\"}",
        "{\"user\":7}",
        "{\"usr\":\"ann\",\"tenant\":\"acme\"}",
        "{\"user\":\"ann\",\"tokenId\":\"t\"}",
        "{\"user\":\"ann\",\"key\":\"k\"}",
        "{\"issuedBefore\":\"2027-01-31T12:00:00Z\"}",
        "{\"tokenId\":\"t\",\"issuedBefore\":\"2027-01-31T12:00:00Z\"}",
        "{\"key\":\"k\",\"expiresAt\":\"2027-01-31T12:00:00Z\"}"
      })
  void refusesWhatDoesNotNameOneTarget(String json) {
    ProblemException refused = assertThrows(ProblemException.class, () -> read(json));
    assertEquals(Code.INVALID_REQUEST, refused.problem().code());
  }
}
