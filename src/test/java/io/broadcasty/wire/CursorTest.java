package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.streams.broker.Position;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@NullUnmarked // a vector without a field is a broken vector
class CursorTest {

  @TestFactory
  Stream<DynamicTest> parses() {
    return Vectors.each(
        "vectors/cursors.json",
        "good",
        v -> {
          try {
            assertEquals(
                v.get("positions"),
                ClientVectorsTest.positions(Cursor.parse(Vectors.text(v.get("cursor")))));
          } catch (ProblemException e) {
            throw new AssertionError("refused: " + e.problem(), e);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> formats() {
    return Vectors.each(
        "vectors/cursors.json",
        "good",
        v -> {
          Cursor cursor = Cursor.START;
          var positions = Vectors.objects(v, "positions");
          for (int i = positions.size() - 1; i >= 0; i--) { // the order of arrival does not matter
            var p = positions.get(i);
            cursor =
                cursor.after(
                    new ChannelName((String) p.get("channel")),
                    new Position(
                        (String) p.get("epoch"),
                        Vectors.integer(p, "partition"),
                        (Long) p.get("sequence")));
          }
          assertEquals(Vectors.text(v.get("cursor")), cursor.toString());
        });
  }

  @TestFactory
  Stream<DynamicTest> rejectsInvalidTexts() {
    return Vectors.each(
        "vectors/cursors.json",
        "bad",
        v -> {
          String text = Vectors.text(v.get("cursor"));
          ProblemException refusal =
              assertThrows(ProblemException.class, () -> Cursor.parse(text), text);
          assertEquals(Code.INVALID_REQUEST, refusal.problem().code());
        });
  }

  @Test
  void advances() {
    Cursor cursor = Cursor.START;
    assertEquals("-", cursor.toString());
    cursor = cursor.after(new ChannelName("b"), new Position("e", 0, 1));
    cursor = cursor.after(new ChannelName("a"), new Position("e", 0, 7));
    cursor = cursor.after(new ChannelName("b"), new Position("e", 0, 2));
    cursor = cursor.after(new ChannelName("b"), new Position("f", 1, 0));
    assertEquals("a!e:0:7|b!e:0:2~f:1:0", cursor.toString());
  }

  @Test
  void advancesManyChannelsAtOnce() {
    ChannelName a = new ChannelName("a");
    ChannelName b = new ChannelName("b");
    Cursor before = Cursor.START.after(b, new Position("e", 0, 2));
    Cursor after =
        before.after(
            Map.of(
                a, List.of(new Position("e", 0, 7)),
                b, List.of(new Position("f", 1, 0), new Position("e", 0, 3))));
    assertEquals("a!e:0:7|b!e:0:3~f:1:0", after.toString());
    assertEquals("b!e:0:2", before.toString(), "a cursor never changes");
  }
}
