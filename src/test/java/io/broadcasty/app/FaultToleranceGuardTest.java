package io.broadcasty.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.driver.Guard;
import io.broadcasty.driver.ProviderException;
import io.broadcasty.failover.Failure;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests how {@link FaultToleranceGuard} maps the exceptions of the server's fault tolerance. */
class FaultToleranceGuardTest {

  /** Throws what the server's interceptors throw when they end or reject a call. */
  private static final class Intercepted extends ProviderCalls {
    private @Nullable RuntimeException refusal;

    @Override
    public <T> T call(Guard.Call<T> call) throws ProviderException, InterruptedException {
      if (refusal != null) {
        throw refusal;
      }
      return super.call(call);
    }
  }

  private final Intercepted calls = new Intercepted();
  private final Guard guard = new FaultToleranceGuard(calls);

  private String reason() {
    return assertThrows(
            ProviderException.class,
            () ->
                guard.call(
                    () -> {
                      throw new ProviderException(Failure.passing("answers 500"), null);
                    }))
        .failure()
        .reason();
  }

  @Test
  void aCallIsMadeAndItsFailureIsTheProviders() throws Exception {
    assertEquals(7, guard.call(() -> 7));
    assertEquals("answers 500", reason());
  }

  @Test
  void aCallThatIsEndedOrRefusedIsAFailure() {
    calls.refusal = new TimeoutException();
    assertEquals("does not answer within 5000 ms", reason());
    calls.refusal = new BulkheadException();
    assertEquals("has too many concurrent calls", reason());
  }
}
