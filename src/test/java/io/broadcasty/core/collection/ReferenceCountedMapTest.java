package io.broadcasty.core.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceCountedMapTest {

  private static final Duration LINGER = Duration.ofSeconds(5);

  private final ManualTime ticker = new ManualTime();
  private final ReferenceCountedMap<Object> map = new ReferenceCountedMap<>(ticker, LINGER);
  private final List<String> removed = new ArrayList<>();

  @Test
  void holdersOfANameShareItsValue() {
    Object value = map.acquire("a", Object::new);
    assertSame(value, map.acquire("a", Object::new));
    assertNotSame(value, map.acquire("b", Object::new));
    assertEquals(2, map.size());
  }

  @Test
  void aValueIsKeptUntilTheLastReferenceHasBeenReleasedForTheLingerTime() {
    map.acquire("a", Object::new);
    map.acquire("a", Object::new);
    map.release("a");
    ticker.advance(LINGER);
    removeReleased();
    assertEquals(List.of(), removed);

    map.release("a");
    ticker.advance(LINGER.minusNanos(1));
    removeReleased();
    assertEquals(List.of(), removed);

    ticker.advance(Duration.ofNanos(1));
    removeReleased();
    assertEquals(List.of("a"), removed);
    assertNull(map.get("a"));
  }

  @Test
  void aHolderThatReturnsWithinTheLingerTimeFindsTheSameValue() {
    Object value = map.acquire("a", Object::new);
    map.release("a");
    ticker.advance(LINGER.minusNanos(1));
    assertSame(value, map.acquire("a", Object::new));
    ticker.advance(LINGER);
    removeReleased();
    assertSame(value, map.get("a"));
  }

  @Test
  void releasingAnUnknownNameDoesNothing() {
    map.release("a");
    map.withValue("a", value -> removed.add("a"));
    assertEquals(0, map.size());
    assertEquals(List.of(), removed);
  }

  private void removeReleased() {
    map.removeReleased((name, value) -> removed.add(name));
  }
}
