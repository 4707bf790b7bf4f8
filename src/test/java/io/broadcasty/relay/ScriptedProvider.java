package io.broadcasty.relay;

import io.broadcasty.relay.failover.ProviderFailure;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.relay.provider.ProviderException;
import io.broadcasty.relay.provider.RelayOutcome;
import io.broadcasty.streams.broker.Publication;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A provider that follows a test's script. */
final class ScriptedProvider implements Provider {

  private final String name;
  final List<Publication> taken = new ArrayList<>();
  volatile @Nullable ProviderFailure failure;
  volatile @Nullable String rejectedPayload;

  /** Runs before anything is accepted. */
  volatile Runnable before = () -> {};

  ScriptedProvider(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized RelayOutcome send(List<Publication> run) throws ProviderException {
    before.run();
    probe();
    int count = Math.min(3, run.size());
    for (int i = 0; i < count; i++) {
      if (run.get(i).envelope().message().payload().equals(rejectedPayload)) {
        if (i == 0) {
          return new RelayOutcome.Rejected("it is too large");
        }
        count = i;
      }
    }
    taken.addAll(run.subList(0, count));
    return new RelayOutcome.Accepted(count);
  }

  @Override
  public void probe() throws ProviderException {
    ProviderFailure now = failure;
    if (now != null) {
      throw new ProviderException(now, null);
    }
  }

  synchronized List<Long> sequences() {
    return taken.stream().map(publication -> publication.position().sequence()).toList();
  }
}
