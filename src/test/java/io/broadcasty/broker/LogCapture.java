package io.broadcasty.broker;

import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a class writes to the log. */
public final class LogCapture extends Handler implements AutoCloseable {

  private final Logger logger;
  private final StringBuffer text = new StringBuffer();

  public LogCapture(Class<?> of) {
    logger = Logger.getLogger(of.getName());
    logger.addHandler(this);
  }

  public String text() {
    return text.toString();
  }

  @Override
  public void publish(LogRecord line) {
    text.append(line.getMessage()).append('\n');
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
