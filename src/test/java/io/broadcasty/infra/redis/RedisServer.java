package io.broadcasty.infra.redis;

import io.broadcasty.Directories;
import io.broadcasty.FreePorts;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis on a port of its own: the machine's {@code redis-server}, or else the one in the
 * embedded-redis artifact.
 */
public final class RedisServer implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(20);
  private static final AtomicInteger PREFIXES = new AtomicInteger();
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final int port;
  private final Path folder;
  private final Path copy;
  private final List<String> options;
  private Process process;

  private RedisServer(int port, Path folder, List<String> options, Process process) {
    this.port = port;
    this.folder = folder;
    this.copy = folder.resolveSibling(folder.getFileName() + "-copy");
    this.options = options;
    this.process = process;
  }

  /** The server that the tests of this JVM share; stopped with the JVM. */
  private static final class Shared {
    private static final RedisServer SERVER = start("--save", "");

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close));
    }
  }

  /** Returns the server that all tests share, each with keys of its own. */
  public static RedisServer shared() {
    return Shared.SERVER;
  }

  /** Starts a server and waits until it answers. */
  public static RedisServer start(String... options) {
    return start(FreePorts.next(), List.of(options));
  }

  static RedisServer start(int port, List<String> options) {
    try {
      Path folder = Files.createTempDirectory("broadcasty-redis");
      List<String> all = new ArrayList<>(options);
      all.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1", "--dir", folder.toString()));
      all.addAll(
          List.of("--appendfsync", "always")); // otherwise it sometimes answers before it writes
      return new RedisServer(port, folder, all, launch(folder, all, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /** Returns the folder of its files. */
  public Path folder() {
    return folder;
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Returns settings with a unique key prefix. */
  public RedisSettings settings() {
    return RedisSettings.parse(url(), "t" + PREFIXES.incrementAndGet() + ":", 16);
  }

  /** Returns settings of a user who may use only keys and pub/sub channels with a unique prefix. */
  public RedisSettings restrictedSettings() {
    String prefix = "t" + PREFIXES.incrementAndGet() + ":";
    String user = "user" + PREFIXES.get();
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      jedis.aclSetUser(
          user,
          "on",
          ">secret",
          "~" + prefix + "*",
          "&" + prefix + "*",
          "+@all",
          "-@dangerous",
          "+info");
    }
    return RedisSettings.parse("redis://" + user + ":secret@127.0.0.1:" + port, prefix, 16);
  }

  /** Returns what the server has denied to a user of {@link #restrictedSettings}. */
  public List<String> denials(String user) {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      return jedis.aclLog().stream()
          .filter(entry -> entry.getUsername().equals(user))
          .map(entry -> entry.getReason() + " " + entry.getObject())
          .toList();
    }
  }

  /** Returns how many changes the server has counted. */
  public long changes() {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      return jedis
          .info("persistence")
          .lines()
          .filter(line -> line.startsWith("rdb_changes_since_last_save:"))
          .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
          .sum();
    }
  }

  /** Kills the server with SIGKILL. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Starts the server again on the same port, with its files. */
  public void restart() {
    process = launch(folder, options, port);
  }

  /** Deletes the files of the stopped server, as when a disk is lost. */
  public void deleteFiles() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies the current files for {@link #restoreFiles}; Redis writes them before it answers. */
  public void backUpFiles() {
    copy(folder, copy);
  }

  /** Restores the copied files of the stopped server, like a replica that had come that far. */
  public void restoreFiles() {
    deleteFiles();
    copy(copy, folder);
  }

  /** Suspends the server with SIGSTOP: connections stay open, and nothing is answered. */
  public void freeze() {
    signal("STOP");
  }

  public void thaw() {
    signal("CONT");
  }

  @Override
  public void close() {
    kill();
    Directories.delete(folder);
    Directories.delete(copy);
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, "" + process.pid()).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("Redis did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Process launch(Path folder, List<String> options, int port) {
    List<String> command = new ArrayList<>();
    command.add(executable());
    command.addAll(options);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("redis.log").toFile()))
              .start();
      long deadline = System.nanoTime() + START.toNanos();
      while (!accepts(port)) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          process.destroyForcibly();
          throw new AssertionError(
              "Redis did not start: " + Files.readString(folder.resolve("redis.log")));
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(1000);
      socket.getOutputStream().write("PING\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      int first = socket.getInputStream().read();
      byte[] rest = socket.getInputStream().readNBytes(4);
      return first == '+'
          || new String(rest, java.nio.charset.StandardCharsets.UTF_8).equals("NOAU");
    } catch (IOException e) {
      return false;
    }
  }

  static String executable() {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(folder, "redis-server");
      if (Files.isExecutable(candidate)) {
        return candidate.toString();
      }
    }
    return Embedded.PATH;
  }

  /** The embedded binary, unpacked once for each JVM. */
  private static final class Embedded {
    private static final String PATH;

    static {
      try {
        PATH = ExecutableProvider.newJarResourceProvider().get().getAbsolutePath();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
