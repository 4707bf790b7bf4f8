package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.time.Ticker;
import java.text.ParseException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Checks what all JSON Web Tokens of an issuer have in common: their form, their header, and their
 * signature by an allowed algorithm and a known key. Their claims are left to the caller.
 */
@ThreadSafe
final class SignedTokens {

  private static final String NO_KEYS = "the keys of the issuer cannot be fetched or read";

  private final JwtSettings settings;
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  @SuppressWarnings("ThreadSafe") // immutable
  private final SignatureKeys keys;

  /** The outcome of a check. */
  sealed interface Outcome {}

  /**
   * The token is signed by its issuer.
   *
   * @param claims as the library has them
   * @param members as they are in the token: the library makes a text of a number
   */
  record Signed(JWTClaimsSet claims, Map<String, Object> members) implements Outcome {}

  /** The token is not signed by its issuer, or is of another type; the reason may be shown. */
  record Unsigned(String reason) implements Outcome {}

  /**
   * @throws IllegalArgumentException when the keys cannot be read or an algorithm does not use
   *     public keys; the message says what is wrong
   */
  SignedTokens(JwtSettings settings, Ticker ticker) {
    this.settings = settings;
    this.keys = SignatureKeys.of(settings, ticker);
    processor.setJWSKeySelector(keys);
    processor.setJWSVerifierFactory(new Ed25519Keys.VerifierFactory());
    processor.setJWSTypeVerifier((type, context) -> {}); // checked below
    processor.setJWTClaimsSetVerifier(null); // to give a reason
  }

  /** Returns the keys of a URL; null when the keys are part of the configuration. */
  @Nullable RemoteKeys remote() {
    return keys.remote();
  }

  /** Describes the keys for the start-up log. */
  String describe() {
    return keys.describe();
  }

  /**
   * Checks a token.
   *
   * @param types the accepted types; a token without a type is accepted too
   * @param kind what tokens of these types are, for messages
   * @throws AuthenticationUnavailableException when the keys cannot be fetched now
   */
  Outcome check(String token, Set<JOSEObjectType> types, String kind) {
    if (token.length() > settings.maxLength()) {
      return new Unsigned("the token is longer than " + settings.maxLength() + " characters");
    }
    if (!CompactToken.isCanonical(token)) {
      return malformed();
    }
    try {
      JWT parsed = JWTParser.parse(token);
      if (!(parsed instanceof SignedJWT signed)
          || !keys.algorithms().contains(signed.getHeader().getAlgorithm())) {
        return new Unsigned(
            "the token's algorithm is not allowed; sign it with "
                + String.join(" or ", new TreeSet<>(settings.algorithms())));
      }
      if (CompactToken.hasExtensions(signed.getHeader())) {
        return new Unsigned(
            "the token's header has `crit` or `b64`; no extension is understood here");
      }
      JOSEObjectType type = signed.getHeader().getType();
      if (type != null && !types.contains(type)) {
        return new Unsigned("the token's `typ` is not that of " + kind);
      }
      JWTClaimsSet claims = processor.process(signed, null);
      return new Signed(claims, signed.getPayload().toJSONObject());
    } catch (ParseException e) {
      return malformed();
    } catch (RateLimitReachedException e) { // Made-up key ids must not cause a fetch each.
      return unknownKey();
    } catch (KeySourceException e) {
      throw new AuthenticationUnavailableException(NO_KEYS, e);
    } catch (BadJWSException e) {
      return new Unsigned("the token's signature does not fit any of the keys known here");
    } catch (BadJWTException e) {
      return new Unsigned(
          "the token's content is not an object of claims, or a registered claim has the wrong"
              + " type");
    } catch (BadJOSEException e) {
      return unknownKey();
    } catch (JOSEException e) {
      return new Unsigned("the token's signature cannot be checked");
    }
  }

  private static Unsigned malformed() {
    return new Unsigned(
        "this is not a JSON Web Token: three parts in base64url without padding, joined by dots");
  }

  private static Unsigned unknownKey() {
    return new Unsigned("the token is signed with a key that is not known here");
  }

  /** Returns whether every store can keep a text; JSON's escapes can express more. */
  static boolean isStorable(String text) {
    return text.codePoints()
        .noneMatch(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
  }
}
