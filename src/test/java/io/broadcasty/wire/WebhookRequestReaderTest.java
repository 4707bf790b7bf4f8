package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookRequestReaderTest {

  private static byte[] utf8(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void readsAnEndpoint() throws ProblemException {
    assertEquals(
        new WebhookRequestReader.Endpoint(
            "acme", "u", "d", "pusher", "1", "s", List.of("a", "b"), "c*", 7L, null),
        WebhookRequestReader.readCreate(
            utf8(
                """
                {"tenant":"acme","url":"u","description":"d","format":"pusher","app":"1",
                 "secret":"s","events":["a","b"],"channels":"c*","ratePerSecond":7}
                """)));
  }

  @Test
  void readsAChange() throws ProblemException {
    assertEquals(
        new WebhookRequestReader.Endpoint(
            null, null, null, null, null, null, List.of(), null, 0L, "paused"),
        WebhookRequestReader.readUpdate(
            utf8("{\"events\":[],\"ratePerSecond\":0,\"state\":\"paused\"}")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "7",
        "[]",
        "{}",
        "{\"url\":7}",
        "{\"url\":\"u\",\"state\":\"active\"}",
        "{\"url\":\"u\",\"events\":\"a\"}",
        "{\"url\":\"u\",\"events\":[7]}",
        "{\"url\":\"u\",\"events\":[[]]}",
        "{\"url\":\"u\",\"events\":[null]}",
        "{\"url\":\"u\",\"ratePerSecond\":-1}",
        "{\"url\":\"u\"}{}"
      })
  void refusesAnEndpoint(String json) {
    assertThrows(ProblemException.class, () -> WebhookRequestReader.readCreate(utf8(json)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"format\":\"pusher\"}",
        "{\"secret\":\"s\"}",
        "{\"app\":\"1\"}",
        "{\"tenant\":\"acme\",\"url\":\"u\"}"
      })
  void refusesAChange(String json) {
    assertThrows(ProblemException.class, () -> WebhookRequestReader.readUpdate(utf8(json)));
  }

  @Test
  void readsWhatIsSentAgain() throws ProblemException {
    assertEquals(
        new WebhookRequestReader.Resend("t", "dead"),
        WebhookRequestReader.readResend(utf8("{\"since\":\"t\",\"state\":\"dead\"}")));
    assertThrows(
        ProblemException.class,
        () -> WebhookRequestReader.readResend(utf8("{\"state\":\"dead\"}")));
    assertThrows(
        ProblemException.class, () -> WebhookRequestReader.readResend(utf8("{\"until\":\"t\"}")));
  }
}
