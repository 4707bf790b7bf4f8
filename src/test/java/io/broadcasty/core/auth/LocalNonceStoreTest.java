package io.broadcasty.core.auth;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LocalNonceStoreTest extends NonceStoreContract {

  private final ManualTime time = new ManualTime();
  private final LocalNonceStore store = new LocalNonceStore(Duration.ofMinutes(2), time);

  @Override
  protected NonceStore store() {
    return store;
  }

  @Test
  void aNonceIsRememberedForTheConfiguredTime() {
    assertTrue(store.tryUse(ACME, "ann", "12345678"));
    time.advance(Duration.ofSeconds(119));
    assertFalse(store.tryUse(ACME, "ann", "12345678"));
    time.advance(Duration.ofSeconds(2));
    assertTrue(store.tryUse(ACME, "ann", "12345678"));
  }
}
