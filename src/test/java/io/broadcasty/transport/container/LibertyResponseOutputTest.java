package io.broadcasty.transport.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Tests {@link LibertyResponseOutput} on an output that behaves like Open Liberty's. */
class LibertyResponseOutputTest {

  /** The bytes that the server keeps until they are flushed. */
  public static final class Buffers {

    private final StringBuilder kept = new StringBuilder();
    private final StringBuilder sent = new StringBuilder();
    private boolean ignoresFlush;
    private int cleared;

    public void clear() {
      kept.setLength(0);
      cleared++;
    }

    public boolean hasBufferedContent() {
      return kept.length() > 0;
    }

    private void flush() {
      if (ignoresFlush) {
        ignoresFlush = false;
      } else {
        sent.append('[').append(kept).append(']');
        kept.setLength(0);
      }
    }
  }

  /** The output of a response. */
  public static class Output extends ServletOutputStream {

    private final Buffers buffers = new Buffers();

    public Buffers getOutput() {
      return buffers;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {}

    @Override
    public void write(int b) {
      buffers.kept.append((char) b);
    }

    @Override
    public void flush() {
      buffers.flush();
    }
  }

  private final Output out = new Output();

  @Test
  void theFirstFlushIsSent() throws Exception {
    out.buffers.ignoresFlush = true;
    assertEquals("[first][second]", sentAfterTwoWrites());
  }

  @Test
  void sentBytesAreNotFlushedAgain() throws Exception {
    assertEquals("[first][second]", sentAfterTwoWrites());
  }

  @Test
  void rejectsAnOutputWithoutBuffers() {
    ServletOutputStream other =
        new ServletOutputStream() {
          @Override
          public boolean isReady() {
            return true;
          }

          @Override
          public void setWriteListener(WriteListener listener) {}

          @Override
          public void write(int b) {}
        };
    assertThrows(NoSuchMethodException.class, () -> new LibertyResponseOutput(other));
  }

  private String sentAfterTwoWrites() throws IOException, ReflectiveOperationException {
    LibertyResponseOutput response = new LibertyResponseOutput(out);
    for (String text : new String[] {"first", "second"}) {
      response.write(text.getBytes(StandardCharsets.US_ASCII));
      response.flush();
      assertEquals(0, out.buffers.kept.length(), "nothing is kept");
    }
    assertEquals(2, out.buffers.cleared);
    return out.buffers.sent.toString();
  }
}
