package io.broadcasty.core.app;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a back end has signed: method, path, and all parameters of the query but the signature
 * (Pusher's REST API, "Authentication"). The body is signed by its MD5, a parameter.
 *
 * @param paths the path as it may have been signed: as sent or decoded, with the application's path
 *     or without
 * @param parameters by name in lower case, decoded; those that are given more than once joined by
 *     commas
 */
public record AppRequest(String method, Set<String> paths, Map<String, String> parameters) {

  private static final String SIGNATURE = "auth_signature";

  public AppRequest {
    paths = Set.copyOf(paths);
    parameters = java.util.Collections.unmodifiableMap(new TreeMap<>(parameters));
  }

  /**
   * Reads a request.
   *
   * @param uri the path as sent
   * @param contextPath the beginning of the path that belongs to the server
   * @param query as sent; null for none
   */
  public static AppRequest of(
      String method, String uri, String contextPath, @Nullable String query) {
    Set<String> paths = new LinkedHashSet<>();
    for (String path : List.of(uri, uri.substring(contextPath.length()))) {
      paths.add(path);
      paths.add(decodePath(path));
    }
    TreeMap<String, String> parameters = new TreeMap<>();
    for (String pair : query == null ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
      if (!name.isEmpty()) {
        parameters.merge(
            name.toLowerCase(java.util.Locale.ROOT), value, (first, next) -> first + "," + next);
      }
    }
    return new AppRequest(method, paths, parameters);
  }

  /** Returns a parameter; empty when it is missing. */
  public String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  /** Returns the signature as it was sent; empty when it is missing. */
  public String signature() {
    return parameter(SIGNATURE);
  }

  /** Returns whether a secret has signed the request. */
  public boolean isSignedBy(String secret) {
    boolean signed = false;
    for (String path : paths) {
      signed |= AppSignature.isValid(secret, text(path), signature());
    }
    return signed;
  }

  private String text(String path) {
    List<String> pairs = new ArrayList<>();
    parameters.forEach(
        (name, value) -> {
          if (!name.equals(SIGNATURE)) {
            pairs.add(name + "=" + value);
          }
        });
    return method + "\n" + path + "\n" + String.join("&", pairs);
  }

  /** Decodes a segment or a path, where {@code +} stands for itself. */
  public static String decodePath(String path) {
    return decode(path.replace("+", "%2B"));
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text; // as it was sent; what it was meant to be is not known
    }
  }

  /** Omits the parameters, one of which is the signature. */
  @Override
  public String toString() {
    return "AppRequest[" + method + "]";
  }
}
