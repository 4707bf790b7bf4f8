package io.broadcasty.transport.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.delivery.hub.EncodedFrame;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NonBlockingOutputTest {

  private final Container container = new Container();
  private final NonBlockingOutput out =
      new NonBlockingOutput(
          container, frame -> frame.text().getBytes(StandardCharsets.UTF_8), Runnable::run);
  private final List<String> done = new ArrayList<>();

  /** A container that enforces the rules of WriteListener, and can refuse to be ready. */
  private static final class Container extends ServletOutputStream {
    final List<String> log = new ArrayList<>();
    @Nullable WriteListener listener;
    boolean full;
    boolean fullAfterWrite;
    boolean broken;
    private boolean asked;

    @Override
    public boolean isReady() {
      asked = !full;
      return !full;
    }

    @Override
    public void setWriteListener(WriteListener writeListener) {
      listener = writeListener;
    }

    void callBack() throws IOException {
      full = false;
      assertNotNull(listener);
      listener.onWritePossible();
    }

    private void step(String what) throws IOException {
      if (broken) {
        throw new IOException("broken pipe");
      }
      if (!asked) {
        throw new IllegalStateException(what + " without asking first");
      }
      asked = false;
      log.add(what);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      step(new String(bytes, StandardCharsets.UTF_8));
      full = fullAfterWrite;
    }

    @Override
    public void write(int b) {
      throw new AssertionError("byte by byte");
    }

    @Override
    public void flush() throws IOException {
      step("flush");
    }
  }

  private void write(String... texts) {
    List<EncodedFrame> frames = new ArrayList<>();
    for (String text : texts) {
      frames.add(EncodedFrame.message(text));
    }
    out.write(frames, failure -> done.add(failure == null ? "ok" : "failed"));
  }

  private void begin() throws IOException {
    out.begin();
    container.callBack();
  }

  @Test
  void framesOfOneCallGoOutInOneWriteAndAreFlushed() throws IOException {
    begin();
    write("a", "b", "c");
    write("d");
    assertEquals(List.of("abc", "flush", "d", "flush"), container.log);
    assertEquals(List.of("ok", "ok"), done);
  }

  @Test
  void writesNothingBeforeTheContainerIsReady() throws IOException {
    out.begin();
    write("a");
    assertEquals(List.of(), container.log);
    container.callBack();
    assertEquals(List.of("a", "flush"), container.log);
    assertEquals(List.of("ok"), done);
  }

  @Test
  void resumesAWriteTheContainerPaused() throws IOException {
    begin();
    container.full = true;
    write("a");
    assertEquals(List.of(), container.log);
    container.fullAfterWrite = true;
    container.callBack();
    assertEquals(List.of("a"), container.log);
    assertEquals(List.of(), done);
    container.callBack();
    assertEquals(List.of("a", "flush"), container.log);
    assertEquals(List.of("ok"), done);
    container.callBack();
    assertEquals(List.of("ok"), done, "told once");
  }

  @Test
  void lastBytesFollowTheCurrentWriteAndEndTheOutput() throws IOException {
    begin();
    container.full = true;
    write("a");
    out.writeLast("bye".getBytes(StandardCharsets.UTF_8), failure -> done.add("said bye"));
    out.writeLast("again".getBytes(StandardCharsets.UTF_8), failure -> done.add("no"));
    container.callBack();
    assertEquals(List.of("a", "flush", "bye", "flush"), container.log);
    write("late");
    assertEquals(4, container.log.size());
    assertTrue(done.containsAll(List.of("ok", "said bye", "failed")), done.toString());
    assertEquals(3, done.size());
  }

  @Test
  void aBrokenConnectionFailsTheWriteAndThoseAfterIt() throws IOException {
    begin();
    container.full = true;
    write("a");
    assertNotNull(container.listener);
    container.listener.onError(new IOException("reset"));
    assertEquals(List.of("failed"), done);
    write("b");
    assertEquals(List.of("failed", "failed"), done);
  }

  @Test
  void anExceptionOfTheContainerFailsTheWrite() throws IOException {
    begin();
    container.broken = true;
    write("a");
    assertEquals(List.of("failed"), done);
  }
}
