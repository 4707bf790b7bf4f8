package io.broadcasty.push.fcm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ServiceAccountTest {

  private static final String GOOD = FcmProviderTest.file("https://oauth2.example.com/token");

  @Test
  void readsTheConsolesFile() {
    ServiceAccount account = ServiceAccount.parse(GOOD);
    assertEquals("shop-1", account.projectId());
    assertEquals("https://oauth2.example.com/token", account.tokenUri().toString());
    assertEquals("service account of shop-1", account.toString());
  }

  @Test
  void namesWhatIsWrongWithoutSecrets() {
    assertSays("project_id", GOOD.replace("project_id", "projekt"));
    assertSays("client_email", GOOD.replace("client_email", "mail"));
    assertSays("private_key", GOOD.replace("\"private_key\"", "\"key\""));
    assertSays("cut off", GOOD.substring(0, 300));
    assertSays("cut off", GOOD.replace("-----END", "END"));
    assertSays("not an RSA key", GOOD.replaceAll("KEY-----.*-----END", "KEY-----AAAA-----END"));
    assertSays("token_uri", GOOD.replace("https://oauth2.example.com", "oauth2"));
    assertSays("not a service account", GOOD.replace("service_account", "authorized_user"));
    assertSays("project_id", GOOD.replace("shop-1\"", "../other\""));
    assertSays("JSON object", "[]");
    assertSays("JSON object", "AAAAkey:of-the-legacy-api".replace("AAAA", "\"") + "\"");
    assertSays("complete JSON", "AIzaSy");
  }

  private static void assertSays(String words, String file) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> ServiceAccount.parse(file));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(words), message);
    assertFalse(message.contains("MII"), message);
    assertEquals(null, refused.getCause(), "whose message might show it");
  }
}
