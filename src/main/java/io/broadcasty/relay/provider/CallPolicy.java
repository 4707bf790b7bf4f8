package io.broadcasty.relay.provider;

import com.google.errorprone.annotations.ThreadSafe;

/** Intercepts every call to a provider: it may reject the call, end it early, or repeat it. */
@ThreadSafe
public interface CallPolicy {

  /** Makes every call as it is. */
  CallPolicy NONE =
      new CallPolicy() {
        @Override
        public <T> T call(Call<T> call) throws ProviderException, InterruptedException {
          return call.run();
        }
      };

  /** A call to a provider. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws ProviderException, InterruptedException;
  }

  /**
   * Makes the call on this thread.
   *
   * @throws ProviderException also when the call was rejected or took too long
   * @throws InterruptedException when the thread is asked to end
   */
  <T> T call(Call<T> call) throws ProviderException, InterruptedException;
}
