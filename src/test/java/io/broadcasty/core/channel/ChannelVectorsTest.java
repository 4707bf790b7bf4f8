package io.broadcasty.core.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.wire.Vectors;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

@NullUnmarked // A vector without a field is a broken vector.
class ChannelVectorsTest {

  private static final String FILE = "vectors/channels.json";

  @TestFactory
  Stream<DynamicTest> names() {
    return Vectors.each(
        FILE, "channels", v -> assertEquals(v.get("kind"), text(channel(v.get("channel")).kind())));
  }

  @TestFactory
  Stream<DynamicTest> badNames() {
    return Vectors.each(
        FILE,
        "badChannels",
        v -> {
          InvalidChannelException refusal =
              assertThrows(InvalidChannelException.class, () -> channel(v.get("channel")));
          assertFalse(refusal.getMessage().isBlank());
        });
  }

  @TestFactory
  Stream<DynamicTest> patterns() {
    return Vectors.each(
        FILE,
        "patterns",
        v -> {
          String text = Vectors.text(v.get("pattern"));
          ChannelPattern pattern = ChannelPattern.parse(text);
          assertEquals(v.get("kind"), text(pattern.kind()));
          assertEquals(text, pattern.toString());
          ((List<?>) v.get("matches"))
              .forEach(c -> assertTrue(pattern.matches(channel(c)), c.toString()));
          ((List<?>) v.get("misses"))
              .forEach(c -> assertFalse(pattern.matches(channel(c)), c.toString()));
        });
  }

  @TestFactory
  Stream<DynamicTest> badPatterns() {
    return Vectors.each(
        FILE,
        "badPatterns",
        v ->
            assertThrows(
                InvalidChannelException.class,
                () -> ChannelPattern.parse(Vectors.text(v.get("pattern")))));
  }

  private static ChannelName channel(Object text) {
    return new ChannelName(Vectors.text(text));
  }

  /** Returns a kind as the vectors spell it: its prefix without the hyphen. */
  private static String text(ChannelName.Kind kind) {
    return kind == ChannelName.Kind.PUBLIC
        ? "public"
        : kind.prefix().substring(0, kind.prefix().length() - 1);
  }
}
