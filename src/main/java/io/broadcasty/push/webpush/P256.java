package io.broadcasty.push.webpush;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;

/**
 * Converts keys of the curve P-256 between the JDK's form and that of Web Push: a raw point, a raw
 * number.
 */
final class P256 {

  static final ECGenParameterSpec NAME = new ECGenParameterSpec("secp256r1");
  static final int POINT_BYTES = 65;
  private static final int NUMBER_BYTES = 32;
  private static final byte UNCOMPRESSED = 4;
  private static final ECParameterSpec CURVE = curve();

  private P256() {}

  /**
   * Reads an uncompressed point (SEC 1 section 2.3.4).
   *
   * @throws IllegalArgumentException when it is not an uncompressed point, or not on the curve
   */
  static ECPublicKey publicKey(byte[] point) {
    if (point.length != POINT_BYTES || point[0] != UNCOMPRESSED) {
      throw new IllegalArgumentException("it is not an uncompressed point of the curve P-256");
    }
    BigInteger x = new BigInteger(1, point, 1, NUMBER_BYTES);
    BigInteger y = new BigInteger(1, point, 1 + NUMBER_BYTES, NUMBER_BYTES);
    if (!isOnCurve(x, y)) {
      throw new IllegalArgumentException("it is not a point of the curve P-256");
    }
    try {
      return (ECPublicKey)
          KeyFactory.getInstance("EC")
              .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), CURVE));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK does not provide the curve P-256", e);
    }
  }

  /**
   * Reads a private key.
   *
   * @throws IllegalArgumentException when it is not a private key of the curve
   */
  static ECPrivateKey privateKey(byte[] number) {
    BigInteger s = new BigInteger(1, number);
    if (number.length != NUMBER_BYTES || s.signum() == 0 || s.compareTo(CURVE.getOrder()) >= 0) {
      throw new IllegalArgumentException("it is not a private key of the curve P-256");
    }
    try {
      return (ECPrivateKey)
          KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(s, CURVE));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK does not provide the curve P-256", e);
    }
  }

  static byte[] point(ECPublicKey key) {
    byte[] point = new byte[POINT_BYTES];
    point[0] = UNCOMPRESSED;
    write(key.getW().getAffineX(), point, 1);
    write(key.getW().getAffineY(), point, 1 + NUMBER_BYTES);
    return point;
  }

  static byte[] number(ECPrivateKey key) {
    byte[] number = new byte[NUMBER_BYTES];
    write(key.getS(), number, 0);
    return number;
  }

  private static void write(BigInteger value, byte[] into, int at) {
    byte[] bytes = value.toByteArray(); // may have a leading zero, or be shorter
    int length = Math.min(bytes.length, NUMBER_BYTES);
    System.arraycopy(bytes, bytes.length - length, into, at + NUMBER_BYTES - length, length);
  }

  /**
   * Returns whether the point is on the curve, which the JDK does not check; with a point that is
   * not, a key could be guessed.
   */
  private static boolean isOnCurve(BigInteger x, BigInteger y) {
    EllipticCurve curve = CURVE.getCurve();
    BigInteger p = ((ECFieldFp) curve.getField()).getP();
    BigInteger right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(p);
    return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.pow(2).mod(p).equals(right);
  }

  private static ECParameterSpec curve() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(NAME);
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK does not provide the curve P-256", e);
    }
  }
}
