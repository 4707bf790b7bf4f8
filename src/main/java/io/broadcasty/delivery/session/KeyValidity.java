package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.rbac.Action;

/**
 * What is known of the API keys by which sessions were opened. Fast, and the same for all nodes.
 */
@ThreadSafe
public interface KeyValidity {

  /**
   * Returns until when, in milliseconds since 1970, the key and the secret are valid by which a
   * caller has authenticated; 0 when they are not.
   */
  long validUntilMillis(Caller caller);

  /**
   * Returns whether the scopes of a key allow an action.
   *
   * @param channel the channel's name, or the text of a pattern
   */
  boolean covers(String keyId, String channel, Action action);
}
