package io.broadcasty.app;

import io.broadcasty.driver.ConnectionBrokenException;
import io.broadcasty.driver.Guard;
import io.broadcasty.driver.ProviderException;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.faulttolerance.Timeout;

/**
 * Calls to providers under MicroProfile Fault Tolerance. What the annotations say may be changed by
 * their standard configuration, such as {@code io.broadcasty.app.ProviderCalls/call/Timeout/value}.
 *
 * <p>A connection that broke is tried once more. A call ends within 5 s whatever it does; its own
 * timeout ({@code broadcasty.driver.timeout}) is shorter. There is no circuit breaker here: the
 * chain of providers leaves one at its first failure and probes it, and a second breaker would only
 * refuse those probes.
 */
@ApplicationScoped
public class ProviderCalls {

  static final long TIMEOUT_MILLIS = 5000;

  /** More than there are workers, and a probe. */
  static final int AT_ONCE = 40;

  /** Makes a call to any provider. */
  @Timeout(TIMEOUT_MILLIS)
  @Retry(
      maxRetries = 1,
      delay = 0,
      jitter = 0,
      maxDuration = TIMEOUT_MILLIS,
      retryOn = ConnectionBrokenException.class)
  @Bulkhead(AT_ONCE)
  public <T> T call(Guard.Call<T> call) throws ProviderException, InterruptedException {
    return call.run();
  }
}
