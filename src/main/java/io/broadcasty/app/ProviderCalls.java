package io.broadcasty.app;

import io.broadcasty.driver.ConnectionBrokenException;
import io.broadcasty.driver.Guard;
import io.broadcasty.driver.ProviderException;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.faulttolerance.Timeout;

/**
 * Calls to providers under MicroProfile Fault Tolerance: a method for each provider, so that each
 * has its own circuit breaker and bulkhead. What the annotations say may be changed by their
 * standard configuration, such as {@code
 * io.broadcasty.app.ProviderCalls/pusher/CircuitBreaker/delay}.
 *
 * <p>A connection that broke is tried once more. A call ends within 5 s whatever it does; its own
 * timeout ({@code broadcasty.driver.timeout}) is shorter. The breaker opens when half of the last
 * four calls failed, and lets one through after a second.
 */
@ApplicationScoped
@Timeout(ProviderCalls.TIMEOUT_MILLIS)
@Retry(
    maxRetries = 1,
    delay = 0,
    jitter = 0,
    maxDuration = ProviderCalls.TIMEOUT_MILLIS,
    retryOn = ConnectionBrokenException.class)
@CircuitBreaker(
    requestVolumeThreshold = 4,
    failureRatio = 0.5,
    delay = 1000,
    successThreshold = 1,
    failOn = {
      ProviderException.class,
      org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException.class
    })
@Bulkhead(ProviderCalls.AT_ONCE)
public class ProviderCalls {

  static final long TIMEOUT_MILLIS = 5000;

  /** More than there are workers, and a probe. */
  static final int AT_ONCE = 40;

  /** Calls Reverb. */
  public <T> T reverb(Guard.Call<T> call) throws ProviderException, InterruptedException {
    return call.run();
  }

  /** Calls Pusher. */
  public <T> T pusher(Guard.Call<T> call) throws ProviderException, InterruptedException {
    return call.run();
  }

  /** Calls Ably. */
  public <T> T ably(Guard.Call<T> call) throws ProviderException, InterruptedException {
    return call.run();
  }
}
