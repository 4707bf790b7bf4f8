package io.broadcasty.push.webpush;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.hash.Hashes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.agreement.ECDHBasicAgreement;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.util.BigIntegers;

/**
 * Encrypts a message for one subscription: RFC 8291 on RFC 8188, a single record of {@code
 * aes128gcm}.
 *
 * <p>Bouncy Castle generates and agrees on keys, in a sixth of the JDK's time; its classes are
 * called directly, so that no provider is registered in the JVM of an application server
 * (docs/adr/0017).
 */
@ThreadSafe
final class MessageEncryption {

  /**
   * The most bytes to encrypt: a push service must accept 4096 bytes of encrypted message (RFC 8291
   * section 4).
   */
  static final int MAX_PLAINTEXT_BYTES = 3993;

  static final ECDomainParameters CURVE =
      new ECDomainParameters(CustomNamedCurves.getByName("secp256r1"));

  static final int SALT_BYTES = 16;
  private static final int RECORD_BYTES = 4096;
  private static final int TAG_BITS = 128;
  private static final byte LAST_RECORD = 2;
  private static final byte[] KEY_INFO = info("WebPush: info");
  private static final byte[] CONTENT_INFO = info("Content-Encoding: aes128gcm");
  private static final byte[] NONCE_INFO = info("Content-Encoding: nonce");

  private final SecureRandom random = new SecureRandom();

  /**
   * Returns the body of a request, encrypted with a key pair generated for it alone.
   *
   * @param receiver the subscription's {@code p256dh}
   * @param authSecret the subscription's {@code auth}
   */
  byte[] encrypt(byte[] plaintext, ECPublicKey receiver, byte[] authSecret)
      throws GeneralSecurityException {
    ECKeyPairGenerator generator = new ECKeyPairGenerator();
    generator.init(new ECKeyGenerationParameters(CURVE, random));
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return encrypt(plaintext, receiver, authSecret, generator.generateKeyPair(), salt);
  }

  static byte[] encrypt(
      byte[] plaintext,
      ECPublicKey receiver,
      byte[] authSecret,
      AsymmetricCipherKeyPair sender,
      byte[] salt)
      throws GeneralSecurityException {
    byte[] receiverPoint = P256.point(receiver);
    byte[] senderPoint = ((ECPublicKeyParameters) sender.getPublic()).getQ().getEncoded(false);
    byte[] shared = agree(sender, receiverPoint);
    byte[] keyInfo = concat(KEY_INFO, receiverPoint, senderPoint);
    byte[] key =
        Hashes.hmacSha256(salt, expand(Hashes.hmacSha256(authSecret, shared), keyInfo, 32));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(expand(key, CONTENT_INFO, 16), "AES"),
        new GCMParameterSpec(TAG_BITS, expand(key, NONCE_INFO, 12)));
    int headerBytes = SALT_BYTES + Integer.BYTES + 1 + senderPoint.length;
    byte[] padded = Arrays.copyOf(plaintext, plaintext.length + 1);
    padded[plaintext.length] = LAST_RECORD;
    byte[] body =
        ByteBuffer.allocate(headerBytes + cipher.getOutputSize(padded.length))
            .put(salt)
            .putInt(RECORD_BYTES)
            .put((byte) senderPoint.length)
            .put(senderPoint)
            .array();
    cipher.doFinal(padded, 0, padded.length, body, headerBytes);
    return body;
  }

  private static byte[] agree(AsymmetricCipherKeyPair own, byte[] otherPoint) {
    ECDHBasicAgreement agreement = new ECDHBasicAgreement();
    agreement.init(own.getPrivate());
    return BigIntegers.asUnsignedByteArray(
        agreement.getFieldSize(),
        agreement.calculateAgreement(
            new ECPublicKeyParameters(CURVE.getCurve().decodePoint(otherPoint), CURVE)));
  }

  /** Returns the first block of HKDF-Expand (RFC 5869), which is all that is needed here. */
  private static byte[] expand(byte[] key, byte[] info, int length) {
    return Arrays.copyOf(Hashes.hmacSha256(key, concat(info, new byte[] {1})), length);
  }

  private static byte[] info(String label) {
    return (label + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
