package io.broadcasty.transport.edge;

import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Checks of a request that do not depend on who sends it. */
final class RequestSyntax {

  private RequestSyntax() {}

  /**
   * Returns what is wrong with a request; null for nothing. Servers decode ill-formed escapes each
   * in its own way: an over-long form, for example, to another channel's name.
   */
  static @Nullable Problem fault(HttpServletRequest request) {
    if (!isWellFormed(request.getRequestURI()) || !isWellFormed(request.getQueryString())) {
      return Problem.of(
          Code.INVALID_REQUEST,
          "the path or the query has a `%` that begins no escape of well-formed UTF-8");
    }
    boolean isEncoded =
        HeaderFields.elements(request, "Content-Encoding").stream()
            .anyMatch(coding -> !coding.equalsIgnoreCase("identity"));
    return isEncoded
        ? Problem.of(
            Code.UNSUPPORTED_MEDIA_TYPE, "send the body as it is, without `Content-Encoding`")
        : null;
  }

  /** Returns whether the escapes of a text are complete, and in UTF-8 (RFC 3629). */
  static boolean isWellFormed(@Nullable String text) {
    int escape = text == null ? -1 : text.indexOf('%');
    if (text == null || escape < 0) {
      return true;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() - escape);
    for (int i = escape; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '%') {
        bytes.write(c < 0x80 ? c : '?'); // ends an escaped character
        continue;
      }
      if (i + 2 >= text.length()
          || !HexFormat.isHexDigit(text.charAt(i + 1))
          || !HexFormat.isHexDigit(text.charAt(i + 2))) {
        return false;
      }
      bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
      i += 2;
    }
    try {
      var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
