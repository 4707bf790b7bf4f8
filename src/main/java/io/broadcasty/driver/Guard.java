package io.broadcasty.driver;

import com.google.errorprone.annotations.ThreadSafe;

/** Stands before every call to a provider, and may refuse it, end it early, or try it again. */
@ThreadSafe
public interface Guard {

  /** Lets every call through. */
  Guard NONE =
      new Guard() {
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
   * Makes the call, on this thread.
   *
   * @throws ProviderException also when the call was refused or took too long
   * @throws InterruptedException when the thread is asked to end
   */
  <T> T call(Call<T> call) throws ProviderException, InterruptedException;
}
