package io.broadcasty.protocol.example;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.relay.provider.ProviderConfigKeys;
import io.broadcasty.relay.provider.ProviderFactory;
import io.broadcasty.relay.provider.RelayOutcome;
import io.broadcasty.streams.broker.Publication;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A relay provider that writes telegrams and records them for the test. */
final class ToyRelay implements ProviderFactory {

  private static final ProviderConfigKeys KEYS = new ProviderConfigKeys("telegraph");

  private static final ConfigKey<String> OFFICE =
      KEYS.key("office", ConfigType.TEXT, "Main Street", "Where telegrams are handed in");

  final List<Publication> sent = new CopyOnWriteArrayList<>();

  @Override
  public String name() {
    return "telegraph";
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(OFFICE);
  }

  @Override
  public boolean isConfigured(ConfigValues values) {
    return ProviderConfigKeys.text(values, OFFICE).isPresent();
  }

  @Override
  public @Nullable Opener read(ConfigValues values) {
    if (!isConfigured(values)) {
      KEYS.missing(values, OFFICE);
      return null;
    }
    return (calls, clock) -> new Telegraph();
  }

  private final class Telegraph implements Provider {

    @Override
    public String name() {
      return "telegraph";
    }

    @Override
    public RelayOutcome send(List<Publication> run) {
      sent.addAll(run);
      return new RelayOutcome.Accepted(run.size());
    }

    @Override
    public void probe() {}
  }
}
