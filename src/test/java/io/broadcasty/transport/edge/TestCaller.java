package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.Caller;

/** Makes requests with a caller for tests of other packages. */
public final class TestCaller {

  private TestCaller() {}

  public static CurrentCaller current(Caller caller) {
    CurrentCaller current = new CurrentCaller();
    current.set(caller);
    return current;
  }
}
