package io.broadcasty.client;

import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Who the client is. Implementations are used by several threads at the same time; a supplier of
 * tokens may block, as for a request to an identity provider.
 */
public interface Credentials {

  /**
   * Returns the headers that prove who sends a request. Called anew for each attempt.
   *
   * @param method the method, such as {@code POST}
   * @param path the path with its escapes, such as {@code /broadcasty/publish}
   * @param query the query with its escapes; empty if there is none
   * @param body the body as UTF-8; empty if there is none
   */
  Map<String, String> headers(String method, String path, String query, byte[] body);

  /**
   * Returns a new token for an open stream whose token is about to expire; null if the streams of
   * these credentials do not expire.
   */
  default String refreshed() {
    return null;
  }

  /** Returns credentials of a fixed token: a JSON Web Token, or the secret of an API key. */
  static Credentials token(String token) {
    Objects.requireNonNull(token, "token");
    return (method, path, query, body) -> Map.of("Authorization", "Bearer " + token);
  }

  /**
   * Returns credentials of tokens that expire. The supplier is asked before each request and should
   * return the same token until it is about to expire.
   */
  static Credentials token(Supplier<String> supplier) {
    return new TokenCredentials(supplier);
  }

  /**
   * Returns credentials of an API key, whose secret signs requests and is never sent.
   *
   * @param secret the secret of the key as it was shown, {@code bk_…}
   * @throws IllegalArgumentException if it is no secret of an API key
   */
  static Credentials apiKey(String secret) {
    return new SignedCredentials(secret);
  }
}
