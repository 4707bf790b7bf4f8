package io.broadcasty;

import java.text.MessageFormat;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Captures the log records of a class or logger, and keeps them from the log of the tests. The JVM
 * routes {@link System.Logger} to {@code java.util.logging}, which has the same logger by name.
 */
public final class LogCapture extends Handler implements AutoCloseable {

  private final Logger logger;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<Throwable> thrown = new CopyOnWriteArrayList<>();
  private final List<System.Logger.Level> levels = new CopyOnWriteArrayList<>();

  public LogCapture(Class<?> of) {
    this(of.getName());
  }

  public LogCapture(String name) {
    logger = Logger.getLogger(name);
    logger.addHandler(this);
    logger.setUseParentHandlers(false);
  }

  public String text() {
    return String.join("\n", lines);
  }

  /** Returns the messages of the records, in order. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Returns the exceptions of the records, in order. */
  public List<Throwable> thrown() {
    return List.copyOf(thrown);
  }

  /** Returns the levels of the records, in order. */
  public List<System.Logger.Level> levels() {
    return List.copyOf(levels);
  }

  /** Forgets what was captured. */
  public void clear() {
    lines.clear();
    thrown.clear();
    levels.clear();
  }

  @Override
  public void publish(LogRecord line) {
    Object[] parameters = line.getParameters();
    lines.add(
        parameters == null || parameters.length == 0
            ? line.getMessage()
            : MessageFormat.format(line.getMessage(), parameters));
    levels.add(level(line.getLevel()));
    if (line.getThrown() != null) {
      thrown.add(line.getThrown());
    }
  }

  private static System.Logger.Level level(Level level) {
    return Arrays.stream(System.Logger.Level.values())
        .filter(each -> each.getSeverity() == level.intValue())
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.setUseParentHandlers(true);
    logger.removeHandler(this);
  }
}
