package io.broadcasty.server.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.admin.NodeHealth;
import io.broadcasty.core.auth.jwt.KeyCondition;
import io.broadcasty.core.background.LoopCondition;
import io.broadcasty.server.config.ConfigMap;
import io.broadcasty.server.config.SettingsReader;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.streams.broker.StoreCondition.State;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.junit.jupiter.api.Test;

/** Tests what readiness reports about the store, and liveness about the background threads. */
class HealthChecksTest {

  private static final StoreCondition FULL = new StoreCondition(State.READ_ONLY, "full: maxmemory");
  private static final StoreCondition AWAY = new StoreCondition(State.DOWN, "away: the url");

  private static Broker broker(boolean readable, StoreCondition condition) {
    return (Broker)
        Proxy.newProxyInstance(
            Broker.class.getClassLoader(),
            new Class<?>[] {Broker.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "channels" -> {
                    if (!readable) {
                      throw new BrokerException("it cannot be read", null);
                    }
                    yield List.of();
                  }
                  case "condition" -> condition;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  @Test
  void reportsTheBrokersCondition() {
    assertEquals(StoreCondition.UP, NodeChecks.store(broker(true, StoreCondition.UP)));
    assertEquals(FULL, NodeChecks.store(broker(true, FULL)));
    assertEquals(AWAY, NodeChecks.store(broker(true, AWAY)));
  }

  @Test
  void anUnreadableStoreIsDownWithTheKnownReason() {
    assertEquals(AWAY, NodeChecks.store(broker(false, AWAY)));
    assertEquals(
        new StoreCondition(State.DOWN, FULL.reason()), NodeChecks.store(broker(false, FULL)));
    assertEquals(
        new StoreCondition(State.DOWN, "it cannot be read"),
        NodeChecks.store(broker(false, StoreCondition.UP)));
  }

  @Test
  void namesTheSettingsThatAreWarnedAbout() {
    ConfigMap config = new ConfigMap();
    config.texts.put("broadcasty.jwt.public-key", "a key");
    assertEquals(
        "broadcasty.jwt.issuer, broadcasty.jwt.audiences",
        NodeChecks.warnings(SettingsReader.read(config)));
  }

  @Test
  void saysWhichIssuersKeysCannotBeFetched() {
    Map<String, Object> data = new HashMap<>();
    NodeChecks.addIssuers(
        data, Map.of("main", new KeyCondition(2, "no route"), "jwt", new KeyCondition(1, "")));
    assertEquals("up", data.get("issuer-jwt"));
    assertEquals("degraded: its 2 known keys stay in use: no route", data.get("issuer-main"));
  }

  private static HealthCheckResponse live(Duration sinceSweep, LoopCondition loop) {
    RecordedResponse response = new RecordedResponse();
    NodeHealth.Check check = NodeChecks.live(sinceSweep, List.of(loop));
    HealthChecks.addData(response.status(check.up()), check);
    return response.build();
  }

  @Test
  void keepsTheTypesOfTheData() {
    Map<String, Object> data = Map.of("draining", false, "connections", 7L, "store", "up");
    RecordedResponse response = new RecordedResponse();
    HealthChecks.addData(response, new NodeHealth.Check("ready", true, data));
    assertEquals(data, response.build().getData().orElseThrow());
  }

  @Test
  void reportsARestartedLoopAndStaysUp() {
    HealthCheckResponse once =
        live(Duration.ofSeconds(1), new LoopCondition("event-loop", 1, 1, 1, true));
    assertEquals(HealthCheckResponse.Status.UP, once.getStatus());
    assertEquals(
        "restarted after an Error 1 times, 1 of them recently",
        once.getData().orElseThrow().get("loop-event-loop"));
    HealthCheckResponse never =
        live(Duration.ofSeconds(1), new LoopCondition("event-loop", 0, 0, 9, true));
    assertEquals(Map.of(), never.getData().orElseThrow());
  }

  @Test
  void isDownWhenALoopKeepsFailing() {
    int many = LoopCondition.MAX_RECENT_RESTARTS + 1;
    assertEquals(
        HealthCheckResponse.Status.DOWN,
        live(Duration.ofSeconds(1), new LoopCondition("event-loop", many, many, many, true))
            .getStatus());
    assertEquals(
        HealthCheckResponse.Status.DOWN,
        live(Duration.ofSeconds(1), new LoopCondition("event-loop", 1, 1, 1, false)).getStatus());
    assertEquals(
        HealthCheckResponse.Status.DOWN,
        live(Duration.ofSeconds(31), new LoopCondition("event-loop", 0, 0, 0, true)).getStatus());
  }

  /** Collects the data of a health check without a server. */
  private static final class RecordedResponse extends HealthCheckResponseBuilder {
    private final Map<String, Object> data = new HashMap<>();
    private boolean up;

    @Override
    public HealthCheckResponseBuilder name(String name) {
      return this;
    }

    @Override
    public HealthCheckResponseBuilder withData(String key, String value) {
      data.put(key, value);
      return this;
    }

    @Override
    public HealthCheckResponseBuilder withData(String key, long value) {
      data.put(key, value);
      return this;
    }

    @Override
    public HealthCheckResponseBuilder withData(String key, boolean value) {
      data.put(key, value);
      return this;
    }

    @Override
    public HealthCheckResponseBuilder up() {
      up = true;
      return this;
    }

    @Override
    public HealthCheckResponseBuilder down() {
      up = false;
      return this;
    }

    @Override
    public HealthCheckResponseBuilder status(boolean now) {
      up = now;
      return this;
    }

    @Override
    public HealthCheckResponse build() {
      return new HealthCheckResponse(
          "told",
          up ? HealthCheckResponse.Status.UP : HealthCheckResponse.Status.DOWN,
          Optional.of(data));
    }
  }
}
