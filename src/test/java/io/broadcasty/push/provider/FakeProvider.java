package io.broadcasty.push.provider;

import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.InvalidDeviceException;
import io.broadcasty.push.device.PushService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A push provider that follows a test's script, including misbehaviour. */
public final class FakeProvider implements PushProvider {

  /** Decides the outcome of a dispatch. */
  public interface Script {
    CompletionStage<ProviderResponse> of(Dispatch dispatch);
  }

  public static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final Pattern ORIGIN = Pattern.compile("https://[^/]+");

  public final List<Dispatch> sent = new CopyOnWriteArrayList<>();
  private final PushService service;
  private volatile Script script;
  private volatile int excess;
  private volatile @Nullable String objection;

  public FakeProvider(PushService service, Script script) {
    this.service = service;
    this.script = script;
  }

  /** Returns a provider that accepts every dispatch. */
  public static FakeProvider accepting(PushService service) {
    return new FakeProvider(service, always(new ProviderResponse.Accepted("ok")));
  }

  public static Script always(ProviderResponse outcome) {
    return dispatch -> CompletableFuture.completedFuture(outcome);
  }

  public void follow(Script next) {
    script = next;
  }

  public void answer(ProviderResponse outcome) {
    script = always(outcome);
  }

  /** Refuses the content of every notification for this reason; null refuses none. */
  public void objection(@Nullable String reason) {
    objection = reason;
  }

  @Override
  public @Nullable String objection(Notification notification) {
    return objection;
  }

  public void excessBytes(int bytes) {
    excess = bytes;
  }

  @Override
  public PushService service() {
    return service;
  }

  @Override
  public Duration timeout() {
    return TIMEOUT;
  }

  /** Rejects tokens that begin with "bad". */
  @Override
  public void validate(DeviceAddress device) throws InvalidDeviceException {
    if (device.token().startsWith("bad")) {
      throw new InvalidDeviceException("`token` must not begin with bad");
    }
  }

  @Override
  public int excessBytes(Notification notification) {
    return excess;
  }

  /** Returns the origin of a token that is an https URL. */
  @Override
  public String origin(DeviceAddress device) {
    Matcher origin = ORIGIN.matcher(device.token());
    return origin.lookingAt() ? origin.group() : "";
  }

  /** Expects every origin but those whose name begins with "evil". */
  @Override
  public boolean expectsOrigin(String origin) {
    return !origin.startsWith("https://evil");
  }

  @Override
  public CompletionStage<ProviderResponse> send(Dispatch dispatch) {
    sent.add(dispatch);
    return script.of(dispatch);
  }

  @Override
  public void close() {}
}
