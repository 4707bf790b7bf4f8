package io.broadcasty.server.provider;

import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.relay.provider.ConnectionBrokenException;
import io.broadcasty.relay.provider.ProviderException;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.faulttolerance.Timeout;

/**
 * Calls providers under MicroProfile Fault Tolerance. The standard configuration may change the
 * annotations' values, such as {@code
 * io.broadcasty.server.provider.ProviderCalls/call/Timeout/value}.
 *
 * <p>A call that failed because its connection broke is retried once. A call ends within 5 s in any
 * case; its own timeout ({@code broadcasty.driver.timeout}) is shorter. There is no circuit breaker
 * here: the provider chain leaves a provider at its first failure and probes it, and a second
 * breaker would only reject those probes.
 */
@ApplicationScoped
public class ProviderCalls {

  /** The limit of a call and its repetition. */
  public static final long TIMEOUT_MILLIS = 5000;

  /** The number of concurrent calls: more than there are workers, plus a probe. */
  static final int MAX_CONCURRENT_CALLS = 40;

  /** Calls any provider. */
  @Timeout(TIMEOUT_MILLIS)
  @Retry(
      maxRetries = 1,
      delay = 0,
      jitter = 0,
      maxDuration = TIMEOUT_MILLIS,
      retryOn = ConnectionBrokenException.class)
  @Bulkhead(MAX_CONCURRENT_CALLS)
  public <T> T call(CallPolicy.Call<T> call) throws ProviderException, InterruptedException {
    return call.run();
  }
}
