package io.broadcasty.core.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MasterKeysTest {

  private static final byte[] OLD = key(1);
  private static final byte[] NEW = key(2);

  private static byte[] key(int fill) {
    byte[] key = new byte[MasterKeys.KEY_BYTES];
    Arrays.fill(key, (byte) fill);
    return key;
  }

  @Test
  void decryptsWhatItEncryptedAndNeverWritesTheSameTwice() throws SecretException {
    MasterKeys keys = new MasterKeys(List.of(OLD));
    String text = keys.encrypt("sécret", "row");
    assertEquals("sécret", keys.decrypt(keys.currentId(), text, "row"));
    assertNotEquals(text, keys.encrypt("sécret", "row"));
    assertFalse(text.contains("secret"));
  }

  @Test
  void aNewKeyInFrontStillDecryptsWhatTheOldOneEncrypted() throws SecretException {
    MasterKeys before = new MasterKeys(List.of(OLD));
    String text = before.encrypt("a", "row");
    MasterKeys both = new MasterKeys(List.of(NEW, OLD));
    assertNotEquals(before.currentId(), both.currentId());
    assertEquals("a", both.decrypt(before.currentId(), text, "row"));
    MasterKeys after = new MasterKeys(List.of(NEW));
    assertThrows(SecretException.class, () -> after.decrypt(before.currentId(), text, "row"));
    assertEquals("a", after.decrypt(after.currentId(), both.encrypt("a", "row"), "row"));
  }

  @Test
  void refusesTheTextOfAnotherRowAndEveryChangedByte() {
    MasterKeys keys = new MasterKeys(List.of(OLD));
    String id = keys.currentId();
    String text = keys.encrypt("a", "row");
    assertThrows(SecretException.class, () -> keys.decrypt(id, text, "other"));
    for (int i = 0; i < text.length(); i++) {
      char other = text.charAt(i) == 'A' ? 'Q' : 'A';
      String changed = text.substring(0, i) + other + text.substring(i + 1);
      assertThrows(SecretException.class, () -> keys.decrypt(id, changed, "row"), changed);
    }
    for (String bad : List.of("", "A", "not base64!", "AAAAAAAAAAAAAAAA")) {
      assertThrows(SecretException.class, () -> keys.decrypt(id, bad, "row"), bad);
    }
  }

  @Test
  void withoutAKeyNothingIsEncrypted() {
    assertTrue(MasterKeys.NONE.isEmpty());
    assertThrows(IllegalStateException.class, () -> MasterKeys.NONE.encrypt("a", "row"));
    assertThrows(IllegalArgumentException.class, () -> new MasterKeys(List.of(new byte[16])));
  }
}
