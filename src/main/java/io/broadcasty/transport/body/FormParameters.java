package io.broadcasty.transport.body;

import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Reads {@code application/x-www-form-urlencoded} bodies. */
public final class FormParameters {

  private FormParameters() {}

  /**
   * Returns the parameters of a form.
   *
   * @throws ProblemException when one is given twice or has an invalid escape
   */
  public static Map<String, String> of(String form) throws ProblemException {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : form.isEmpty() ? new String[0] : form.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      if (parameters.put(name, equals < 0 ? "" : decode(pair.substring(equals + 1))) != null) {
        throw new ProblemException(Code.INVALID_REQUEST, "a parameter of the form occurs twice");
      }
    }
    return parameters;
  }

  private static String decode(String text) throws ProblemException {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Code.INVALID_REQUEST, "the form has an invalid escape");
    }
  }
}
