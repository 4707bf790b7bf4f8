package io.broadcasty.core.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BoundedMapTest {

  @Test
  void removesTheEntryThatWasAddedFirst() {
    Map<String, Integer> map = BoundedMap.ofLatestAdded(2);
    map.put("a", 1);
    map.put("b", 2);
    map.get("a");
    map.put("a", 3);
    map.put("c", 4);
    assertEquals(Map.of("b", 2, "c", 4), map);
  }

  @Test
  void removesTheEntryThatHasNotBeenUsedForLongest() {
    Map<String, Integer> map = BoundedMap.ofLatestUsed(2);
    map.put("a", 1);
    map.put("b", 2);
    map.get("a");
    map.put("c", 3);
    assertEquals(Set.of("a", "c"), map.keySet());
  }
}
