package io.broadcasty.relay.provider;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.streams.broker.Publication;
import java.util.List;

/**
 * A service with clients of its own, to which publications are relayed over HTTP. Implement it,
 * with a {@link ProviderFactory}, to add a provider.
 *
 * <p>Calls block for no longer than the provider's timeout, or twice that when a request has to be
 * divided.
 */
@ThreadSafe
public interface Provider {

  /** Returns the name in the configuration, such as {@code pusher}. */
  String name();

  /**
   * Sends the first publications of a run, as many as one request takes, in order.
   *
   * @param run contiguous publications of one partition, oldest first, not empty
   * @throws ProviderException when the provider does not serve: nothing is known to have been sent,
   *     and another provider should be used
   * @throws InterruptedException when the thread is asked to end
   */
  RelayOutcome send(List<Publication> run) throws ProviderException, InterruptedException;

  /**
   * Checks whether the provider serves and accepts the credentials, without sending anything.
   *
   * @throws ProviderException when it does not
   * @throws InterruptedException when the thread is asked to end
   */
  void probe() throws ProviderException, InterruptedException;
}
