package io.broadcasty.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.broadcasty.core.ratelimit.UnauthenticatedConnections.Place;
import io.broadcasty.core.ratelimit.UnauthenticatedConnections.Refused;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the limits of connections without a token. */
class UnauthenticatedConnectionsTest {

  private static final Duration LIFETIME = Duration.ofSeconds(20);
  private static final Rate FAST = new Rate(1_000_000, 1_000_000);

  private final ManualTime time = new ManualTime();

  private UnauthenticatedConnections limited(int ofAddress, int inAll, Rate rate) {
    return new UnauthenticatedConnections(
        new UnauthenticatedLimits(ofAddress, inAll, true, rate, LIFETIME), time);
  }

  private static Place place(UnauthenticatedConnections connections, String address) {
    return assertInstanceOf(Place.class, connections.tryAcquire(address));
  }

  private static Refused refused(UnauthenticatedConnections connections, String address) {
    return assertInstanceOf(Refused.class, connections.tryAcquire(address));
  }

  @Test
  void anAddressIsLimited() {
    UnauthenticatedConnections connections = limited(2, 10, FAST);
    Place first = place(connections, "a");
    place(connections, "a");
    assertEquals(new Refused(true, 2, Duration.ofSeconds(1)), refused(connections, "a"));
    place(connections, "b");
    first.close();
    first.close();
    place(connections, "a");
    refused(connections, "a");
    assertEquals(3, connections.count());
  }

  @Test
  void allAddressesTogetherAreLimited() {
    UnauthenticatedConnections connections = limited(2, 3, FAST);
    List<Place> places = new ArrayList<>();
    for (String address : List.of("a", "b", "c")) {
      places.add(place(connections, address));
    }
    assertEquals(new Refused(false, 3, Duration.ofSeconds(1)), refused(connections, "d"));
    places.get(1).close();
    place(connections, "d");
    refused(connections, "e");
  }

  @Test
  void aPlaceThatNobodyReleasesIsFreeAfterItsLifetime() {
    UnauthenticatedConnections connections = limited(1, 2, FAST);
    Place lost = place(connections, "a");
    time.advance(Duration.ofSeconds(10));
    place(connections, "b");
    time.advance(LIFETIME.minusSeconds(10).minusNanos(1));
    refused(connections, "a");
    time.advance(Duration.ofNanos(1));
    place(connections, "a");
    lost.close();
    refused(connections, "a");
    assertEquals(2, connections.count());
  }

  @Test
  void newConnectionsComeNoFasterThanTheRate() {
    UnauthenticatedConnections connections = limited(1000, 1000, new Rate(10, 3));
    for (int i = 0; i < 3; i++) {
      place(connections, "a" + i).close();
    }
    Refused refused = refused(connections, "b");
    assertEquals(false, refused.ofAddress());
    assertEquals(Duration.ofMillis(100), refused.retryAfter());
    time.advance(Duration.ofMillis(99));
    refused(connections, "b");
    time.advance(Duration.ofMillis(1));
    place(connections, "b");
    refused(connections, "b");
    time.advance(Duration.ofHours(1));
    for (int i = 0; i < 3; i++) {
      place(connections, "c");
    }
    refused(connections, "c");
  }

  @Test
  void theRateIsNotInForceWhenLimitsAreOff() {
    UnauthenticatedConnections connections =
        new UnauthenticatedConnections(
            new UnauthenticatedLimits(1, 100, false, new Rate(1, 1), LIFETIME), time);
    for (int i = 0; i < 100; i++) {
      place(connections, "a" + i);
    }
    refused(connections, "b");
  }

  @Test
  void aPlaceIsOpenToTheTenantThatTheHandshakeNamed() {
    UnauthenticatedConnections.Place place = place(limited(10, 10, new Rate(10, 10)), "a");
    assertEquals(true, place.isOpenTo(new TenantId("acme")));
    place.restrictTo("acme");
    assertEquals(true, place.isOpenTo(new TenantId("acme")));
    assertEquals(false, place.isOpenTo(new TenantId("globex")));
    place.restrictTo("globex");
    assertEquals(false, place.isOpenTo(new TenantId("acme")), "it cannot be both");
  }
}
