package io.broadcasty;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Captures the log records of a class. */
public final class LogCapture extends Handler implements AutoCloseable {

  private final Logger logger;
  private final StringBuffer text = new StringBuffer();
  private final List<Throwable> thrown = new CopyOnWriteArrayList<>();

  public LogCapture(Class<?> of) {
    logger = Logger.getLogger(of.getName());
    logger.addHandler(this);
  }

  public String text() {
    return text.toString();
  }

  /** Returns the exceptions of the records, in order. */
  public List<Throwable> thrown() {
    return List.copyOf(thrown);
  }

  @Override
  public void publish(LogRecord line) {
    text.append(line.getMessage()).append('\n');
    if (line.getThrown() != null) {
      thrown.add(line.getThrown());
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
