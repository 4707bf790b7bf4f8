package io.broadcasty.driver;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.broker.Publication;
import java.util.List;

/**
 * A service that has clients of its own and takes publications for them over HTTP. Calls block for
 * no longer than the provider's timeout, or twice that when a request has to be divided.
 */
@ThreadSafe
public interface Provider {

  /** As in the configuration: {@code pusher}. */
  String name();

  /**
   * Sends the beginning of a run, as much as one request takes, to the provider's clients in order.
   *
   * @param run contiguous publications of one partition, oldest first, not empty
   * @throws ProviderException when the provider does not serve: nothing is known to have been sent,
   *     and another provider should be asked
   * @throws InterruptedException when the thread is asked to end
   */
  RelayOutcome send(List<Publication> run) throws ProviderException, InterruptedException;

  /**
   * Finds out whether the provider serves, credentials included, without sending anything.
   *
   * @throws ProviderException when it does not
   * @throws InterruptedException when the thread is asked to end
   */
  void probe() throws ProviderException, InterruptedException;
}
