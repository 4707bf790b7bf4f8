package io.broadcasty.core.rbac.callback;

import io.broadcasty.core.http.EndpointGuard;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Where decisions are asked for.
 *
 * @param address checked by the guard
 * @param secrets each signs every request, so that one can be replaced without a gap; at least one
 * @param timeout for the whole exchange
 * @param guard says where requests may go
 */
public record CallbackSettings(
    URI address, List<CallbackSecret> secrets, Duration timeout, EndpointGuard guard) {

  public CallbackSettings {
    secrets = List.copyOf(secrets);
  }
}
