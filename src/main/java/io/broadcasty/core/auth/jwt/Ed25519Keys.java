package io.broadcasty.core.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** Ed25519 (RFC 8037) with the JDK, since the library needs another library for it. */
final class Ed25519Keys {

  /** The algorithms: {@code EdDSA}, and its later name {@code Ed25519} (RFC 9864). */
  static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);

  /** What precedes the 32 bytes of a public key in X.509 (RFC 8410). */
  private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final int KEY_BYTES = 32;

  private Ed25519Keys() {}

  /** Returns a key of the JDK as a JWK. */
  static OctetKeyPair jwk(EdECPublicKey key) {
    byte[] der = key.getEncoded();
    if (der.length != X509_PREFIX.length + KEY_BYTES) {
      throw new IllegalArgumentException("its curve is not Ed25519");
    }
    byte[] x = Arrays.copyOfRange(der, X509_PREFIX.length, der.length);
    return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x)).build();
  }

  /**
   * Returns a JWK as a key of the JDK.
   *
   * @throws GeneralSecurityException when it is no key of Ed25519
   */
  static PublicKey publicKey(OctetKeyPair key) throws GeneralSecurityException {
    byte[] x = key.getDecodedX();
    byte[] der = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + x.length);
    System.arraycopy(x, 0, der, X509_PREFIX.length, x.length);
    return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
  }

  /** Verifies Ed25519 with the JDK, and leaves other signatures to the library. */
  static final class VerifierFactory extends DefaultJWSVerifierFactory {

    @Override
    public JWSVerifier createJWSVerifier(JWSHeader header, Key key) throws JOSEException {
      return key instanceof EdECPublicKey ed25519
          ? new Verifier(ed25519)
          : super.createJWSVerifier(header, key);
    }
  }

  private static final class Verifier extends BaseJWSProvider implements JWSVerifier {
    private final PublicKey key;

    Verifier(PublicKey key) {
      super(ALGORITHMS);
      this.key = key;
    }

    @Override
    public boolean verify(JWSHeader header, byte[] signed, Base64URL signature)
        throws JOSEException {
      try {
        Signature verification = Signature.getInstance("Ed25519");
        verification.initVerify(key);
        verification.update(signed);
        return verification.verify(signature.decode());
      } catch (java.security.SignatureException e) { // of the wrong length
        return false;
      } catch (GeneralSecurityException e) {
        throw new JOSEException("The JDK cannot verify Ed25519", e);
      }
    }
  }
}
