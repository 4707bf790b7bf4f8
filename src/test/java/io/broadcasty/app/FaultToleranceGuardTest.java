package io.broadcasty.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.driver.Guard;
import io.broadcasty.driver.ProviderException;
import io.broadcasty.failover.Failure;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.junit.jupiter.api.Test;

/** What becomes of what the server's fault tolerance says. */
class FaultToleranceGuardTest {

  private final AtomicInteger openAfter = new AtomicInteger(Integer.MAX_VALUE);

  /** As the server's interceptors make it: a breaker that opens after so many failures. */
  private final class Intercepted extends ProviderCalls {
    @Override
    public <T> T pusher(Guard.Call<T> call) throws ProviderException, InterruptedException {
      if (openAfter.get() <= 0) {
        throw new CircuitBreakerOpenException();
      }
      try {
        return super.pusher(call);
      } catch (ProviderException e) {
        openAfter.decrementAndGet();
        throw e;
      }
    }

    @Override
    public <T> T ably(Guard.Call<T> call) {
      throw new TimeoutException();
    }

    @Override
    public <T> T reverb(Guard.Call<T> call) {
      throw new BulkheadException();
    }
  }

  private final Guard guard = new FaultToleranceGuard(new Intercepted());

  private String reason(String provider) {
    return assertThrows(
            ProviderException.class,
            () ->
                guard.call(
                    provider,
                    () -> {
                      throw new ProviderException(Failure.passing("answers 500"), null);
                    }))
        .failure()
        .reason();
  }

  @Test
  void theBreakerIsShownAsItIsAfterAFailure() throws Exception {
    assertEquals("closed", guard.breaker("pusher"));
    assertEquals(7, guard.call("pusher", () -> 7));
    openAfter.set(2);
    assertEquals("answers 500", reason("pusher"));
    assertEquals("closed", guard.breaker("pusher"));
    assertEquals("answers 500", reason("pusher"));
    assertEquals("open", guard.breaker("pusher"));
    assertTrue(reason("pusher").contains("circuit breaker is open"));
    openAfter.set(1);
    assertEquals(8, guard.call("pusher", () -> 8));
    assertEquals("closed", guard.breaker("pusher"));
  }

  @Test
  void aCallThatIsEndedOrRefusedIsAFailure() {
    assertEquals("does not answer within 5000 ms", reason("ably"));
    assertEquals("has too many calls under way", reason("reverb"));
  }
}
