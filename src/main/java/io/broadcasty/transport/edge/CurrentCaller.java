package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.Caller;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/**
 * The caller of the current request, with its address. The edge sets it; beans behind the edge
 * inject it, where the servers' own principals differ.
 */
@RequestScoped
public class CurrentCaller {

  private @Nullable Caller caller;

  /** Sets the caller; for the edge alone. Public, since proxies of beans pass nothing else on. */
  public void set(Caller authenticated) {
    caller = authenticated;
  }

  /**
   * Returns the caller.
   *
   * @throws IllegalStateException when the request has none
   */
  public Caller require() {
    Caller known = caller;
    if (known == null) {
      throw new IllegalStateException("the current request has no caller");
    }
    return known;
  }
}
