package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import java.io.IOException;

/** Sends a question about a token to its issuer. */
@ThreadSafe
@FunctionalInterface
interface IntrospectionExchange {

  /**
   * Asks and waits for the answer, within the time limit.
   *
   * @return the body of an answer with the status 200
   * @throws IOException when there is no such answer; the message, which does not contain the
   *     token, says why
   */
  String ask(String token) throws IOException;
}
