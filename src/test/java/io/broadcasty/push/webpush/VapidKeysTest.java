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
  void parsesPrintedKeys() {
    for (int i = 0; i < 50; i++) { // some begin with zeros
      VapidKeys made = VapidKeys.generate();
      assertEquals(87, made.publicKeyText().length());
      assertEquals(43, made.privateKeyText().length());
      VapidKeys read = VapidKeys.parse(made.publicKeyText(), made.privateKeyText() + " ");
      assertEquals(made.publicKeyText(), read.publicKeyText());
      assertEquals(made.privateKeyText(), read.privateKeyText());
    }
  }

  @Test
  void namesAWrongKeyWithoutShowingIt() {
    VapidKeys keys = VapidKeys.generate();
    VapidKeys other = VapidKeys.generate();
    assertSays("does not belong to the private key", keys.publicKeyText(), other.privateKeyText());
    assertSays("the public key", keys.publicKeyText().substring(1), keys.privateKeyText());
    assertSays("the public key", "???", keys.privateKeyText());
    assertSays("the private key", keys.publicKeyText(), keys.privateKeyText().substring(2));
    assertSays("the private key", keys.publicKeyText(), keys.publicKeyText());
    assertFalse(keys.toString().contains(keys.privateKeyText()));
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
  void validatesTheSubject() {
    VapidKeys keys = VapidKeys.generate();
    for (String subject : List.of("ops@example.com", "mailto:", "mailto:ops", "http://x", "")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new WebPushSettings(subject, keys, List.of(), Duration.ofSeconds(1)),
          subject);
    }
    WebPushSettings settings =
        new WebPushSettings("https://example.com/us", keys, List.of(), Duration.ofSeconds(1));
    assertFalse(settings.toString().contains(keys.privateKeyText()));
  }
}
