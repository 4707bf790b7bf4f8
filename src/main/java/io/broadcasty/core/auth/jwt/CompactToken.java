package io.broadcasty.core.auth.jwt;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.Map;

/**
 * Checks what the JWT library is lenient about: the text of a token, and extensions in its header.
 *
 * <p>A token has one text (RFC 7515, sections 2 and 5.2): the library's decoder also ignores
 * foreign characters, padding and the unused bits of the last character, so that one signed token
 * would have any number of texts, each of them cached.
 */
final class CompactToken {

  private static final int PARTS = 3;

  private CompactToken() {}

  /**
   * Returns whether the text is three parts joined by dots, each in base64url exactly as an encoder
   * writes it. A part may be empty.
   */
  static boolean isCanonical(String token) {
    int parts = 1;
    int start = 0;
    for (int i = 0; i <= token.length(); i++) {
      if (i == token.length() || token.charAt(i) == '.') {
        if (!isEncoded(token, start, i)) {
          return false;
        }
        start = i + 1;
        parts += i < token.length() ? 1 : 0;
      }
    }
    return parts == PARTS;
  }

  private static boolean isEncoded(String token, int start, int end) {
    int last = 0;
    for (int i = start; i < end; i++) {
      last = valueOf(token.charAt(i));
      if (last < 0) {
        return false;
      }
    }
    return switch ((end - start) % 4) {
      case 0 -> true;
      case 2 -> (last & 0b1111) == 0; // two characters carry 8 of their 12 bits
      case 3 -> (last & 0b11) == 0; // three carry 16 of 18
      default -> false; // one carries less than a byte
    };
  }

  private static int valueOf(char c) {
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
      return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : -1;
  }

  /**
   * Returns whether the header has {@code crit}, even an empty one, which RFC 7515 (section 4.1.11)
   * forbids, or {@code b64} (RFC 7797). No extension is understood here.
   *
   * @throws ParseException when the header is no JSON object
   */
  static boolean hasExtensions(JWSHeader header) throws ParseException {
    Map<String, Object> members =
        JSONObjectUtils.parse(header.getParsedBase64URL().decodeToString());
    return members.containsKey("crit") || members.containsKey("b64");
  }
}
