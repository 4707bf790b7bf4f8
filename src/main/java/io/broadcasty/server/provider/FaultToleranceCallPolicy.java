package io.broadcasty.server.provider;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.relay.failover.ProviderFailure;
import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.relay.provider.ProviderException;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;

/** Calls providers under the server's MicroProfile Fault Tolerance. */
@ThreadSafe
public final class FaultToleranceCallPolicy implements CallPolicy {

  private final ProviderCalls calls;

  public FaultToleranceCallPolicy(ProviderCalls calls) {
    this.calls = calls;
  }

  @Override
  public <T> T call(Call<T> call) throws ProviderException, InterruptedException {
    try {
      return calls.call(call);
    } catch (TimeoutException e) {
      throw new ProviderException(
          ProviderFailure.temporary(
              "does not answer within " + ProviderCalls.TIMEOUT_MILLIS + " ms"),
          e);
    } catch (BulkheadException e) {
      throw new ProviderException(ProviderFailure.temporary("has too many concurrent calls"), e);
    }
  }
}
