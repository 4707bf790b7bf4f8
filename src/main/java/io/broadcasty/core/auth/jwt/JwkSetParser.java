package io.broadcasty.core.auth.jwt;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses the keys of a JWK set one by one, so that one malformed key does not make the others
 * unusable, as it does in the library.
 */
final class JwkSetParser {

  /** How the library says that it does not know a type of keys, which RFC 7517 lets pass. */
  private static final String UNKNOWN_TYPE = "Unsupported key type";

  private static final Pattern PLAIN_ID = Pattern.compile("[\\x21-\\x7E&&[^\"]]{1,64}");
  private static final int MAX_REASON = 120;

  /**
   * A parsed set.
   *
   * @param keys the usable keys
   * @param skipped the other ones: which key, and what is wrong with it; safe to log
   */
  record Parsed(JWKSet keys, List<String> skipped) {}

  private JwkSetParser() {}

  /**
   * Parses a set. Keys of unknown types are left out without a word (RFC 7517, section 5).
   *
   * @throws ParseException when it is no JWK set at all
   */
  static Parsed parse(String json) throws ParseException {
    if (!(JSONObjectUtils.parse(json).get("keys") instanceof List<?> members)) {
      throw new ParseException("The member keys is missing or no array", 0);
    }
    List<JWK> keys = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    int number = 0;
    for (Object member : members) {
      number++;
      try {
        keys.add(key(member));
      } catch (ParseException | RuntimeException e) { // the library throws several for bad members
        String reason = String.valueOf(e.getMessage());
        if (!reason.startsWith(UNKNOWN_TYPE)) {
          skipped.add(
              "key " + number + id(member) + ", which cannot be used: " + printable(reason));
        }
      }
    }
    return new Parsed(new JWKSet(keys), skipped);
  }

  private static JWK key(@Nullable Object member) throws ParseException {
    if (!(member instanceof Map<?, ?>)) {
      throw new ParseException("it is no object", 0);
    }
    @SuppressWarnings("unchecked") // as parsed from JSON
    JWK key = JWK.parse((Map<String, Object>) member);
    if (key instanceof RSAKey rsa) {
      PublicKeys.requireLength(rsa.size());
    }
    return key;
  }

  private static String id(@Nullable Object member) {
    return member instanceof Map<?, ?> key
            && key.get("kid") instanceof String id
            && PLAIN_ID.matcher(id).matches()
        ? " (kid \"" + id + "\")"
        : "";
  }

  private static String printable(String reason) {
    String text = reason.replaceAll("[^\\x20-\\x7E]", "?");
    return text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON) + "…";
  }
}
