package io.broadcasty.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.StoreCondition;
import io.broadcasty.broker.StoreCondition.State;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What readiness says of the store. */
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
  void saysWhatTheBrokerKnows() {
    assertEquals(StoreCondition.UP, HealthChecks.store(broker(true, StoreCondition.UP)));
    assertEquals(FULL, HealthChecks.store(broker(true, FULL)));
    assertEquals(AWAY, HealthChecks.store(broker(true, AWAY)));
  }

  @Test
  void whatCannotBeReadIsDownForTheReasonThatIsKnown() {
    assertEquals(AWAY, HealthChecks.store(broker(false, AWAY)));
    assertEquals(
        new StoreCondition(State.DOWN, FULL.reason()), HealthChecks.store(broker(false, FULL)));
    assertEquals(
        new StoreCondition(State.DOWN, "it cannot be read"),
        HealthChecks.store(broker(false, StoreCondition.UP)));
  }
}
