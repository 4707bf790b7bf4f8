package io.broadcasty.app;

import io.broadcasty.driver.Guard;
import io.broadcasty.driver.ProviderException;
import io.broadcasty.failover.Failure;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;

/** Calls providers under the server's MicroProfile Fault Tolerance. */
final class FaultToleranceGuard implements Guard {

  private final ProviderCalls calls;

  FaultToleranceGuard(ProviderCalls calls) {
    this.calls = calls;
  }

  @Override
  public <T> T call(Call<T> call) throws ProviderException, InterruptedException {
    try {
      return calls.call(call);
    } catch (TimeoutException e) {
      throw new ProviderException(
          Failure.passing("does not answer within " + ProviderCalls.TIMEOUT_MILLIS + " ms"), e);
    } catch (BulkheadException e) {
      throw new ProviderException(Failure.passing("has too many concurrent calls"), e);
    }
  }
}
