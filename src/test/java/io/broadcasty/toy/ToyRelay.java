package io.broadcasty.toy;

import io.broadcasty.broker.Publication;
import io.broadcasty.config.key.ConfigKey;
import io.broadcasty.config.key.ConfigType;
import io.broadcasty.config.key.ConfigValues;
import io.broadcasty.driver.Provider;
import io.broadcasty.driver.ProviderFactory;
import io.broadcasty.driver.ProviderKeys;
import io.broadcasty.driver.RelayOutcome;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A relay provider that writes telegrams and records them for the test. */
final class ToyRelay implements ProviderFactory {

  private static final ProviderKeys KEYS = new ProviderKeys("telegraph");

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
  public boolean isMentioned(ConfigValues values) {
    return ProviderKeys.text(values, OFFICE).isPresent();
  }

  @Override
  public @Nullable Opener read(ConfigValues values) {
    if (!isMentioned(values)) {
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
