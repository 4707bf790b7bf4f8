package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.tenant.PublishCaps;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/**
 * Tests that a reader returns a result or throws a {@link ProblemException} for any input; anything
 * else would be a 500 or a closed connection that any client could cause.
 */
@NullUnmarked // a vector without a field is a broken vector
class ReaderFuzzTest {

  private static final long SEED = 20260921;
  private static final int ROUNDS = 20_000;
  private static final byte[][] SCRAPS =
      List.of(
              "\"",
              "\\",
              "{",
              "}",
              "[",
              "]",
              ":",
              ",",
              "null",
              "true",
              "-",
              "1e999",
              "0",
              "\\u0000",
              "\\ud800",
              "\u0000",
              "\ufeff",
              "é",
              "🎉",
              "\n",
              "!",
              "|",
              "~",
              "#",
              "*",
              "\"id\":",
              "\"payload\":",
              "\"since\":[",
              "9999999999999999999",
              "/*",
              "[[[[[[[[[[[[[[[[")
          .stream()
          .map(scrap -> scrap.getBytes(StandardCharsets.UTF_8))
          .toArray(byte[][]::new);

  private static final PublishCaps CAPS = new PublishCaps(65_536, 100);
  private final PublishReader publications = new PublishReader();
  private final CommandReader commands = new CommandReader(publications);
  private final Random random = new Random(SEED);

  @FunctionalInterface
  private interface Reading {
    Object read(byte[] input) throws ProblemException;
  }

  @Test
  void frames() {
    fuzz(
        good("vectors/client-frames.json", "vectors", "frame"),
        input -> {
          CommandReader.Frame frame =
              commands.read(new String(input, StandardCharsets.UTF_8), CAPS);
          frame.commands().forEach(c -> NativeFrames.error(c.id(), Problem.of(Code.IDLE, "x")));
          return frame;
        });
  }

  @Test
  void bodies() {
    fuzz(
        good("vectors/publish-bodies.json", "vectors", "body"),
        body -> publications.read(body, CAPS));
  }

  @Test
  void cursors() {
    fuzz(
        good("vectors/cursors.json", "good", "cursor"),
        input -> Cursor.parse(new String(input, StandardCharsets.UTF_8)));
  }

  @Test
  void anAcceptedPayloadIsValidJson() {
    int taken = 0;
    List<byte[]> good = good("vectors/publish-bodies.json", "vectors", "body");
    for (int round = 0; round < ROUNDS; round++) {
      byte[] input = mutated(good.get(random.nextInt(good.size())));
      try {
        for (PublishReader.Item item : publications.read(input, CAPS).items()) {
          if (item.request() != null) {
            Vectors.parse("[" + item.request().message().payload() + "]"); // throws when it is not
            assertTrue(item.request().message().payload().indexOf('\n') < 0);
            taken++;
          }
        }
      } catch (ProblemException e) {
        assertNotNull(e.problem());
      } catch (IllegalArgumentException twice) {
        taken++; // the test's own reader rejects an object with a duplicate field
      } catch (RuntimeException | Error e) {
        throw new AssertionError(story(round, input), e);
      }
    }
    assertTrue(taken > 500, "the mutations are too wild: " + taken);
  }

  private void fuzz(List<byte[]> good, Reading reading) {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] input = mutated(good.get(random.nextInt(good.size())));
      try {
        assertNotNull(reading.read(input));
      } catch (ProblemException e) {
        assertNotNull(e.problem().code());
      } catch (RuntimeException | Error e) {
        throw new AssertionError(story(round, input), e);
      }
    }
  }

  private static String story(int round, byte[] input) {
    return "seed " + SEED + ", round " + round + ": " + new String(input, StandardCharsets.UTF_8);
  }

  /**
   * Returns valid inputs that are short, since mutations of a long run of one letter find nothing.
   */
  private static List<byte[]> good(String file, String list, String field) {
    return Vectors.objects(Vectors.file(file), list).stream()
        .filter(
            (Map<String, Object> v) -> v.get(field) instanceof String && !v.containsKey("error"))
        .map(v -> ((String) v.get(field)).getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private byte[] mutated(byte[] input) {
    byte[] out = input;
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      int at = random.nextInt(out.length + 1);
      int to = Math.min(out.length, at + random.nextInt(8));
      out =
          switch (random.nextInt(5)) {
            case 0 -> spliced(out, at, at, SCRAPS[random.nextInt(SCRAPS.length)]);
            case 1 -> spliced(out, at, to, SCRAPS[random.nextInt(SCRAPS.length)]);
            case 2 -> spliced(out, at, to, new byte[0]);
            case 3 -> spliced(out, at, to, new byte[] {(byte) random.nextInt(256)});
            default -> spliced(out, at, at, java.util.Arrays.copyOfRange(out, at, to));
          };
    }
    return out;
  }

  private static byte[] spliced(byte[] text, int from, int to, byte[] with) {
    byte[] out = new byte[text.length - (to - from) + with.length];
    System.arraycopy(text, 0, out, 0, from);
    System.arraycopy(with, 0, out, from, with.length);
    System.arraycopy(text, to, out, from + with.length, text.length - to);
    return out;
  }
}
