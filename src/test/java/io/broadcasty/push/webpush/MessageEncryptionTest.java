package io.broadcasty.push.webpush;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.push.webpush.VapidKeys.Base64Url;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.junit.jupiter.api.Test;

class MessageEncryptionTest {

  /** The example of RFC 8291, section 5 and appendix A. */
  @Test
  void theExampleOfTheStandard() throws GeneralSecurityException {
    AsymmetricCipherKeyPair sender =
        new AsymmetricCipherKeyPair(
            new ECPublicKeyParameters(
                MessageEncryption.CURVE
                    .getCurve()
                    .decodePoint(
                        Base64Url.decode(
                            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")),
                MessageEncryption.CURVE),
            new ECPrivateKeyParameters(
                new BigInteger(1, Base64Url.decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")),
                MessageEncryption.CURVE));
    byte[] body =
        MessageEncryption.encrypt(
            "When I grow up, I want to be a watermelon".getBytes(StandardCharsets.UTF_8),
            P256.publicKey(
                Base64Url.decode(
                    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")),
            Base64Url.decode("BTBZMqHH6r4Tts7J_aSIgg"),
            sender,
            Base64Url.decode("DGv6ra1nlYgDCS1FRnbzlw"));
    assertEquals(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
            + "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        Base64Url.encode(body));
  }

  @Test
  void theLongestMessageHas4096Bytes() throws GeneralSecurityException {
    FakeBrowser browser = new FakeBrowser();
    byte[] auth = Base64Url.decode(browser.auth());
    byte[] longest =
        "x".repeat(MessageEncryption.MAX_PLAINTEXT_BYTES).getBytes(StandardCharsets.UTF_8);
    byte[] body = new MessageEncryption().encrypt(longest, browser.publicKey(), auth);
    assertEquals(4096, body.length);
    assertEquals(new String(longest, StandardCharsets.UTF_8), browser.decrypt(body));
  }

  @Test
  void everyMessageHasItsOwnKeyAndSalt() throws GeneralSecurityException {
    FakeBrowser browser = new FakeBrowser();
    byte[] auth = Base64Url.decode(browser.auth());
    MessageEncryption encryption = new MessageEncryption();
    byte[] first = encryption.encrypt(new byte[] {'a'}, browser.publicKey(), auth);
    byte[] second = encryption.encrypt(new byte[] {'a'}, browser.publicKey(), auth);
    assertNotEquals(
        Base64Url.encode(Arrays.copyOf(first, 16)), Base64Url.encode(Arrays.copyOf(second, 16)));
    assertNotEquals(
        Base64Url.encode(Arrays.copyOfRange(first, 21, 86)),
        Base64Url.encode(Arrays.copyOfRange(second, 21, 86)));
    assertEquals("a", browser.decrypt(first));
    assertEquals("a", browser.decrypt(second));
  }

  @Test
  void aPointIsOnTheCurve() {
    byte[] point = P256.point(new FakeBrowser().publicKey());
    assertArrayEquals(point, P256.point(P256.publicKey(point)));
    point[40] ^= 1;
    assertThrows(IllegalArgumentException.class, () -> P256.publicKey(point));
    assertThrows(IllegalArgumentException.class, () -> P256.publicKey(new byte[65]));
    assertThrows(IllegalArgumentException.class, () -> P256.publicKey(new byte[33]));
    assertThrows(IllegalArgumentException.class, () -> P256.privateKey(new byte[32]));
    byte[] beyondTheOrder = new byte[32];
    Arrays.fill(beyondTheOrder, (byte) 0xFF);
    assertThrows(IllegalArgumentException.class, () -> P256.privateKey(beyondTheOrder));
  }
}
