package io.broadcasty.server.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.relay.failover.ProviderFailure;
import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.relay.provider.ProviderException;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Tests how {@link FaultToleranceCallPolicy} maps the exceptions of the server's fault tolerance.
 */
class FaultToleranceCallPolicyTest {

  /** Throws what the server's interceptors throw when they end or reject a call. */
  private static final class Intercepted extends ProviderCalls {
    private @Nullable RuntimeException refusal;

    @Override
    public <T> T call(CallPolicy.Call<T> call) throws ProviderException, InterruptedException {
      if (refusal != null) {
        throw refusal;
      }
      return super.call(call);
    }
  }

  private final Intercepted calls = new Intercepted();
  private final CallPolicy guard = new FaultToleranceCallPolicy(calls);

  private String reason() {
    return assertThrows(
            ProviderException.class,
            () ->
                guard.call(
                    () -> {
                      throw new ProviderException(ProviderFailure.temporary("answers 500"), null);
                    }))
        .failure()
        .reason();
  }

  @Test
  void passesResultsAndFailuresThrough() throws Exception {
    assertEquals(7, guard.call(() -> 7));
    assertEquals("answers 500", reason());
  }

  @Test
  void aTimeoutOrRejectionIsAFailure() {
    calls.refusal = new TimeoutException();
    assertEquals("does not answer within 5000 ms", reason());
    calls.refusal = new BulkheadException();
    assertEquals("has too many concurrent calls", reason());
  }
}
