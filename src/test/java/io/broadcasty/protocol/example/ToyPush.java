package io.broadcasty.protocol.example;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.InvalidDeviceException;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushConfigKeys;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviderFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A push service that rings bells and records them for the test. */
final class ToyPush implements PushProviderFactory {

  static final PushService BELL = new PushService("bell");

  private static final ConfigKey<Boolean> ENABLED =
      PushConfigKeys.enabled("bell", "Whether bells are rung.");

  private static final ConfigKey<String> TOWER =
      PushConfigKeys.text("bell", "tower", "north", "Where the bells hang.");

  final Map<String, Notification> rung = new ConcurrentHashMap<>();

  @Override
  public PushService service() {
    return BELL;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(ENABLED, TOWER);
  }

  @Override
  public @Nullable Opener read(ConfigValues values) {
    if (!values.value(ENABLED, false)) {
      return null;
    }
    String tower = values.required(TOWER, "BELL_TOWER", ENABLED.name() + "=true");
    return tower == null ? null : (threads, ticker, clock) -> new Provider(tower);
  }

  private final class Provider implements PushProvider {
    private final String tower;

    Provider(String tower) {
      this.tower = tower;
    }

    @Override
    public PushService service() {
      return BELL;
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(1);
    }

    @Override
    public void validate(DeviceAddress device) throws InvalidDeviceException {
      if (!device.token().startsWith("rope-")) {
        throw new InvalidDeviceException("a bell has a rope");
      }
    }

    @Override
    public int excessBytes(Notification notification) {
      return 0;
    }

    @Override
    public CompletionStage<ProviderResponse> send(Dispatch dispatch) {
      rung.put(tower + "/" + dispatch.device().token(), dispatch.notification());
      return CompletableFuture.completedStage(new ProviderResponse.Accepted("ding"));
    }

    @Override
    public void close() {
      rung.clear();
    }
  }
}
