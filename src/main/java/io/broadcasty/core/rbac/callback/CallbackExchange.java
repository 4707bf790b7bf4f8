package io.broadcasty.core.rbac.callback;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sends a question to a back end. */
interface CallbackExchange {

  /**
   * A reply.
   *
   * @param cacheControl the header {@code Cache-Control}; null when there is none
   */
  record Reply(int status, String body, @Nullable String cacheControl) {}

  /**
   * Posts a question and waits for the reply, within the time limit.
   *
   * @throws CallbackException when there is none
   */
  Reply post(Map<String, String> headers, String body);
}
