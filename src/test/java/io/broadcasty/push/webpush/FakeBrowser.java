package io.broadcasty.push.webpush;

import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.SamplePushServices;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A fake browser: a subscription with its private key, which decrypts messages (RFC 8291 section
 * 3).
 */
public final class FakeBrowser {

  private final KeyPair keys;
  private final byte[] authSecret = new byte[16];

  public FakeBrowser() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(P256.NAME);
      keys = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    new SecureRandom().nextBytes(authSecret);
  }

  ECPublicKey publicKey() {
    return (ECPublicKey) keys.getPublic();
  }

  public String p256dh() {
    return base64(P256.point(publicKey()));
  }

  public String auth() {
    return base64(authSecret);
  }

  DeviceAddress at(String endpoint) {
    return new DeviceAddress(SamplePushServices.WEB_PUSH, endpoint, p256dh(), auth());
  }

  /** Decrypts a message that was encrypted for this subscription. */
  public String decrypt(byte[] body) throws GeneralSecurityException {
    ByteBuffer in = ByteBuffer.wrap(body);
    byte[] salt = new byte[16];
    in.get(salt);
    int recordBytes = in.getInt();
    byte[] sender = new byte[in.get() & 0xFF];
    in.get(sender);
    byte[] cipherText = new byte[in.remaining()];
    in.get(cipherText);
    if (cipherText.length > recordBytes) {
      throw new AssertionError("longer than its record");
    }
    KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
    agreement.init(keys.getPrivate());
    agreement.doPhase(P256.publicKey(sender), true);
    byte[] keyInfo =
        concat(label("WebPush: info"), P256.point(publicKey()), sender, new byte[] {1});
    byte[] ikm = hmac(hmac(authSecret, agreement.generateSecret()), keyInfo);
    byte[] prk = hmac(salt, ikm);
    byte[] one = {1};
    byte[] key = hmac(prk, concat(label("Content-Encoding: aes128gcm"), one));
    byte[] nonce = hmac(prk, concat(label("Content-Encoding: nonce"), one));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(Arrays.copyOf(key, 16), "AES"),
        new GCMParameterSpec(128, Arrays.copyOf(nonce, 12)));
    byte[] padded = cipher.doFinal(cipherText);
    if (padded[padded.length - 1] != 2) {
      throw new AssertionError("no delimiter of the last record");
    }
    return new String(padded, 0, padded.length - 1, StandardCharsets.UTF_8);
  }

  private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(data);
  }

  private static byte[] label(String text) {
    return (text + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
