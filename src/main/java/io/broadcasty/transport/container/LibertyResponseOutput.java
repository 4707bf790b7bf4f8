package io.broadcasty.transport.container;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.lang.reflect.Method;

/**
 * The output of an asynchronous response on Open Liberty that releases the server's buffers (16 KB
 * for each response) between two writes. It also sends the first flush of a response, which Open
 * Liberty delays until the second.
 */
final class LibertyResponseOutput extends ServletOutputStream {

  private final ServletOutputStream out;
  private final Object buffers;
  private final Method clear;
  private final Method hasContent;

  /** Whether the output has been flushed before. */
  private boolean flushedBefore;

  LibertyResponseOutput(ServletOutputStream out) throws ReflectiveOperationException {
    this.out = out;
    this.buffers = out.getClass().getMethod("getOutput").invoke(out);
    this.clear = buffers.getClass().getMethod("clear");
    this.hasContent = buffers.getClass().getMethod("hasBufferedContent");
  }

  @Override
  public void setWriteListener(WriteListener listener) {
    out.setWriteListener(listener);
  }

  @Override
  public boolean isReady() {
    return out.isReady();
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
  }

  @Override
  public void write(int b) throws IOException {
    out.write(b);
  }

  @Override
  public void flush() throws IOException {
    out.flush();
    try {
      if (!flushedBefore) {
        flushedBefore = true;
        if ((boolean) hasContent.invoke(buffers)) { // the server ignores the first flush
          out.flush();
        }
      }
      clear.invoke(buffers);
    } catch (ReflectiveOperationException e) {
      throw new IOException("Cannot release the buffers of a response", e);
    }
  }
}
