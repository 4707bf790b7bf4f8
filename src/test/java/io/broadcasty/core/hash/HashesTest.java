package io.broadcasty.core.hash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The vectors of the specifications. */
class HashesTest {

  private static final String SHA256_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void sha256OfFips180() {
    assertEquals(SHA256_OF_ABC, Hashes.sha256Hex("abc"));
    assertEquals(SHA256_OF_ABC, Hashes.sha256Hex("abc".getBytes(UTF_8)));
    assertEquals(SHA256_OF_ABC, Hashes.sha256Hex("abcdef".getBytes(UTF_8), 3));
    assertEquals(SHA256_OF_ABC, HexFormat.of().formatHex(Hashes.sha256("abc")));
  }

  /** RFC 4231 section 4.3. */
  @Test
  void hmacOfRfc4231() {
    assertEquals(
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        Hashes.hmacSha256Hex("Jefe", "what do ya want for nothing?"));
  }

  /** RFC 1321 appendix A.5. */
  @Test
  void md5OfRfc1321() {
    assertEquals("900150983cd24fb0d6963f7d28e17f72", Hashes.md5Hex("abcd".getBytes(UTF_8), 3));
  }

  @Test
  void equalComparesWholeTexts() {
    assertTrue(Hashes.equal("é", "é"));
    assertFalse(Hashes.equal("abc", "abd"));
    assertFalse(Hashes.equal("abc", "ab"));
  }
}
