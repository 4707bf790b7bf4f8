package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisconnectReaderTest {

  private static DisconnectReader.Request read(String text) throws ProblemException {
    return DisconnectReader.read(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void parsesGivenFields() throws ProblemException {
    assertEquals(
        new DisconnectReader.Request("acme", "ann", "t-1", Code.UNAUTHORIZED),
        read(
            "{\"tenant\":\"acme\",\"user\":\"ann\",\"tokenId\":\"t-1\",\"code\":\"unauthorized\"}"));
    assertEquals(
        new DisconnectReader.Request(null, null, null, Code.DISCONNECTED), read("{\"user\":null}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"users\":\"ann\"} | invalid_request | users",
        "{\"user\":\"\"} | invalid_request | user",
        "{\"user\":7} | invalid_request | user",
        "{\"tenant\":[]} | invalid_request | tenant",
        "{\"user\":\"ann\",\"code\":\"idle\"} | invalid_request | draining",
        "{\"user\":\"ann\",\"code\":\"nonsense\"} | invalid_request | disconnected",
        "[] | invalid_request | object",
        "{} {} | invalid_json | more than one",
        "{\"user\" | invalid_json | incomplete",
      })
  void namesWhatIsWrong(String text, String code, String word) {
    Problem problem = assertThrows(ProblemException.class, () -> read(text)).problem();
    assertEquals(code, problem.code().wireName());
    assertEquals(true, problem.detail().contains(word), problem.detail());
  }
}
