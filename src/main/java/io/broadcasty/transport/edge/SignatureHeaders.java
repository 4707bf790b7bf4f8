package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the headers of a request that is signed with an API key. */
final class SignatureHeaders {

  /** The SHA-256 of the body; without it the body must be empty. */
  static final String BODY_HASH = "Broadcasty-Body-SHA256";

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern KEY_ID = Pattern.compile("[0-9a-f]{16}");
  private static final String START = SignedRequest.SCHEME.toLowerCase(Locale.ROOT) + " ";

  private SignatureHeaders() {}

  /**
   * Returns what a request says that it has signed; null when it is not signed.
   *
   * @throws ProblemException when it is signed, and its headers do not have the form that they must
   *     have
   */
  static @Nullable SignedRequest read(HttpServletRequest request) throws ProblemException {
    List<String> signed = new ArrayList<>();
    for (String line : HeaderFields.lines(request, "Authorization")) {
      if (line.strip().toLowerCase(Locale.ROOT).startsWith(START)) {
        signed.add(line.strip().substring(START.length()));
      }
    }
    if (signed.isEmpty()) {
      return null;
    }
    Map<String, String> parameters = parameters(signed.get(0));
    String keyId = parameters.getOrDefault("key", "");
    String signature = parameters.getOrDefault("signature", "");
    if (signed.size() > 1
        || parameters.size() != 2
        || !KEY_ID.matcher(keyId).matches()
        || !SHA256.matcher(signature).matches()) {
      throw new ProblemException(
          Code.INVALID_REQUEST,
          "send once: `Authorization: "
              + SignedRequest.SCHEME
              + " key=…, signature=…`, with the 16 digits of the key's id and the 64 digits of the"
              + " signature, hexadecimal in lower case");
    }
    String hash = HeaderFields.list(request, BODY_HASH);
    if (hash != null && !SHA256.matcher(hash).matches()) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`" + BODY_HASH + "` must be 64 hexadecimal digits in lower case");
    }
    return new SignedRequest(
        keyId,
        signature,
        request.getMethod(),
        request.getRequestURI(),
        request.getQueryString(),
        hash == null ? SignedRequest.EMPTY_SHA256 : hash,
        required(request, ReplayGuard.TIMESTAMP),
        required(request, ReplayGuard.NONCE));
  }

  private static String required(HttpServletRequest request, String name) throws ProblemException {
    String value = HeaderFields.list(request, name);
    if (value == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "a signed request needs the header `" + name + "`");
    }
    return value;
  }

  /** Returns the parameters of a scheme; those that are given twice under a name of no meaning. */
  private static Map<String, String> parameters(String text) {
    Map<String, String> parameters = new HashMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String name = part.substring(0, Math.max(0, equals)).strip();
      String value = unquoted(part.substring(equals + 1).strip());
      if (parameters.put(name, value) != null) {
        parameters.put("", value);
      }
    }
    return parameters;
  }

  private static String unquoted(String value) {
    return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }
}
