package io.broadcasty.server;

import io.broadcasty.core.config.ConfigSource;
import io.broadcasty.server.config.ConfigKeys;
import io.broadcasty.server.config.InvalidConfigurationException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.LogManager;

/**
 * Ends the process after a start that failed, with the reason as its last words: a server without
 * the application that it runs for helps nobody, and its stack traces bury the reason.
 */
final class FailedStart {

  /** The exit code for a wrong configuration, {@code EX_CONFIG} of sysexits.h. */
  private static final int WRONG_CONFIGURATION = 78;

  private static final int OTHER_FAILURE = 1;

  /** The time that the server gets to delete its temporary files. */
  private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(5);

  private FailedStart() {}

  /**
   * Returns whether a failed start ends the process.
   *
   * @param serverInfo the server's name and version
   */
  static boolean endsProcess(ConfigSource config, String serverInfo) {
    String stance =
        config.get(ConfigKeys.START_FAILURE.name()).map(String::strip).orElse("").replace("\"", "");
    return stance.equals("exit") || (!stance.equals("stay") && isPayaraMicro(serverInfo));
  }

  private static boolean isPayaraMicro(String serverInfo) {
    return serverInfo.contains("Payara Micro");
  }

  /** Returns why the start failed: an exception's own sentence, or what was thrown. */
  static String reason(Throwable failure) {
    return failure instanceof RuntimeException && failure.getMessage() != null
        ? failure.getMessage()
        : "Broadcasty cannot start: " + failure;
  }

  /**
   * Prints the reason and ends the process; never returns. Payara Micro has to delete its temporary
   * files, and lets itself be silenced meanwhile. The other servers have none, and would write
   * their own words behind the reason.
   *
   * @param serverInfo the server's name and version
   */
  static void end(Throwable failure, String serverInfo) {
    boolean configuration = failure instanceof InvalidConfigurationException;
    int exitCode = configuration ? WRONG_CONFIGURATION : OTHER_FAILURE;
    silence();
    try (PrintStream console =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, Charset.defaultCharset())) {
      if (!configuration) {
        failure.printStackTrace(console);
      }
      console.println(reason(failure));
    }
    if (!isPayaraMicro(serverInfo)) {
      Runtime.getRuntime().halt(exitCode);
    }
    Thread watchdog =
        new Thread(
            () -> {
              LockSupport.parkNanos(STOP_NANOS);
              Runtime.getRuntime().halt(exitCode);
            },
            "broadcasty-end");
    watchdog.setDaemon(true);
    watchdog.start();
    Runtime.getRuntime().exit(exitCode);
  }

  /** Lets nothing be written behind the message by a server that stops. */
  private static void silence() {
    LogManager.getLogManager().reset();
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, Charset.defaultCharset());
    System.setOut(nowhere);
    System.setErr(nowhere);
  }
}
