package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.streams.broker.Headers;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TraceContextTest {

  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String STATE = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";

  @Test
  void addsTheRequestsContext() {
    Headers headers = TraceContext.addTo(Headers.of(Map.of("tag", "a")), PARENT, STATE);
    assertEquals(Map.of("tag", "a", "traceparent", PARENT, "tracestate", STATE), headers.toMap());
    assertEquals(
        Map.of("traceparent", PARENT), TraceContext.addTo(Headers.NONE, PARENT, null).toMap());
  }

  @Test
  void keepsThePublicationsOwnContext() {
    Headers own = Headers.of(Map.of("traceparent", "mine"));
    assertSame(own, TraceContext.addTo(own, PARENT, STATE));
    Headers state = Headers.of(Map.of("tracestate", "mine"));
    assertSame(state, TraceContext.addTo(state, PARENT, STATE));
  }

  @Test
  void withoutAParentThereIsNoTrace() {
    assertSame(Headers.NONE, TraceContext.addTo(Headers.NONE, null, STATE));
    assertSame(Headers.NONE, TraceContext.addTo(Headers.NONE, "nonsense", STATE));
  }

  @Test
  void isOmittedWithoutRoom() {
    Headers.Builder full = new Headers.Builder();
    for (int i = 0; i < Headers.MAX_COUNT - 1; i++) {
      assertNull(full.add("n" + i, "v"));
    }
    assertEquals(PARENT, TraceContext.addTo(full.build(), PARENT, STATE).get("traceparent"));
    assertNull(TraceContext.addTo(full.build(), PARENT, STATE).get("tracestate"));
    assertNull(full.add("last", "v"));
    Headers own = full.build();
    assertSame(own, TraceContext.addTo(own, PARENT, STATE));
  }

  @Test
  void parents() {
    assertTrue(TraceContext.isValidParent(PARENT));
    assertTrue(TraceContext.isValidParent(PARENT.replace("-01", "-ff")));
    assertTrue(TraceContext.isValidParent(PARENT.replaceFirst("00", "cc")));
    assertTrue(TraceContext.isValidParent(PARENT.replaceFirst("00", "cc") + "-more"));
    for (String bad :
        List.of(
            "",
            "00",
            PARENT + "-more",
            PARENT + "1",
            PARENT + " ",
            PARENT.substring(1),
            PARENT.replaceFirst("00", "ff"),
            PARENT.replaceFirst("00", "cc") + "more",
            PARENT.replace("af", "AF"),
            PARENT.replace('-', '_'),
            PARENT.replace("0af7651916cd43dd8448eb211c80319c", "0".repeat(32)),
            PARENT.replace("b7ad6b7169203331", "0".repeat(16)),
            PARENT.replace("b7ad", "g7ad"),
            PARENT.replace("-01", "-0x"))) {
      assertFalse(TraceContext.isValidParent(bad), bad);
    }
  }

  @Test
  void states() {
    for (String good :
        List.of(STATE, "a=1", " a=1 , b=2 ,, ", "t-1@v*/_x=a b!~", "1a=0", members(32))) {
      assertTrue(TraceContext.isValidState(good), good);
    }
    for (String bad :
        List.of(
            "",
            " , ",
            "a",
            "=1",
            "a=",
            "A=1",
            "a=1=2",
            "a=1,a=2",
            "a=é",
            "a=x\ty",
            "a@b@c=1",
            "-a=1",
            "a=" + "x".repeat(257),
            "a=1" + ",b=2".repeat(130),
            members(33))) {
      assertFalse(TraceContext.isValidState(bad), bad);
    }
  }

  private static String members(int count) {
    return IntStream.range(0, count).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining(","));
  }
}
