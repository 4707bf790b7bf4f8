package io.broadcasty.app;

import io.broadcasty.driver.Guard;
import io.broadcasty.driver.ProviderException;
import io.broadcasty.failover.Failure;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.eclipse.microprofile.faulttolerance.exceptions.FaultToleranceException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;

/**
 * The server's fault tolerance as a guard. MicroProfile has no way to ask a circuit breaker how it
 * is; so after each failure a call that does nothing shows whether it lets calls through.
 */
final class FaultToleranceGuard implements Guard {

  private static final String CLOSED = "closed";
  private static final String OPEN = "open";

  private final ProviderCalls calls;
  private final Map<String, String> breakers = new ConcurrentHashMap<>();

  FaultToleranceGuard(ProviderCalls calls) {
    this.calls = calls;
  }

  @Override
  public <T> T call(String provider, Call<T> call) throws ProviderException, InterruptedException {
    try {
      T result = dispatch(provider, call);
      breakers.put(provider, CLOSED);
      return result;
    } catch (ProviderException e) {
      look(provider);
      throw e;
    } catch (CircuitBreakerOpenException e) {
      breakers.put(provider, OPEN);
      throw new ProviderException(
          Failure.passing("has failed too often: its circuit breaker is open"), e);
    } catch (TimeoutException e) {
      look(provider);
      throw new ProviderException(
          Failure.passing("does not answer within " + ProviderCalls.TIMEOUT_MILLIS + " ms"), e);
    } catch (BulkheadException e) {
      throw new ProviderException(Failure.passing("has too many calls under way"), e);
    }
  }

  private void look(String provider) throws ProviderException, InterruptedException {
    try {
      breakers.put(provider, dispatch(provider, () -> CLOSED));
    } catch (FaultToleranceException e) {
      breakers.put(provider, OPEN);
    }
  }

  private <T> T dispatch(String provider, Call<T> call)
      throws ProviderException, InterruptedException {
    return switch (provider) {
      case "reverb" -> calls.reverb(call);
      case "pusher" -> calls.pusher(call);
      case "ably" -> calls.ably(call);
      default -> throw new IllegalArgumentException("no provider is called " + provider);
    };
  }

  @Override
  public String breaker(String provider) {
    return breakers.getOrDefault(provider, CLOSED);
  }
}
