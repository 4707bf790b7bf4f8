package io.broadcasty.push.webpush;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class VapidKeysTest {

  @Test
  void whatIsPrintedIsRead() {
    for (int i = 0; i < 50; i++) { // some begin with zeros
      VapidKeys made = VapidKeys.generate();
      assertEquals(87, made.publicText().length());
      assertEquals(43, made.privateText().length());
      VapidKeys read = VapidKeys.parse(made.publicText(), made.privateText() + " ");
      assertEquals(made.publicText(), read.publicText());
      assertEquals(made.privateText(), read.privateText());
    }
  }

  @Test
  void aWrongKeyIsNamedAndNotShown() {
    VapidKeys keys = VapidKeys.generate();
    VapidKeys other = VapidKeys.generate();
    assertSays("does not belong to the private key", keys.publicText(), other.privateText());
    assertSays("the public key", keys.publicText().substring(1), keys.privateText());
    assertSays("the public key", "???", keys.privateText());
    assertSays("the private key", keys.publicText(), keys.privateText().substring(2));
    assertSays("the private key", keys.publicText(), keys.publicText());
    assertFalse(keys.toString().contains(keys.privateText()));
  }

  private static void assertSays(String words, String publicText, String privateText) {
    String message =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class, () -> VapidKeys.parse(publicText, privateText))
                .getMessage());
    assertTrue(message.contains(words), message);
    assertFalse(message.contains(privateText), message);
  }

  @Test
  void theSubjectIsWhereOneCanWriteTo() {
    VapidKeys keys = VapidKeys.generate();
    for (String subject : List.of("ops@example.com", "mailto:", "mailto:ops", "http://x", "")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new WebPushSettings(subject, keys, List.of(), Duration.ofSeconds(1)),
          subject);
    }
    WebPushSettings settings =
        new WebPushSettings("https://example.com/us", keys, List.of(), Duration.ofSeconds(1));
    assertFalse(settings.toString().contains(keys.privateText()));
  }
}
