import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sun.tools.attach.HotSpotVirtualMachine;

/** The server's JVM: whether it lives, and how much memory it uses. */
final class ServerProcess {

  static final long UNKNOWN = -1;

  private static final Pattern USED = Pattern.compile("used (\\d+)K");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern HISTOGRAM =
      Pattern.compile("^ *\\d+: +\\d+ +(\\d+)  (\\S+)", Pattern.MULTILINE);
  private static final int TIMEOUT_SECONDS = 20;

  private final String pid;
  private final Path log;
  private ExecutorService commands = newThread();
  private HotSpotVirtualMachine machine;

  ServerProcess(String pid, Path log) {
    this.pid = pid;
    this.log = log;
  }

  private static ExecutorService newThread() {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread thread = new Thread(task, "jcmd");
          thread.setDaemon(true);
          return thread;
        });
  }

  boolean isAlive() {
    return ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false);
  }

  /** Returns the megabytes of heap in use, garbage included. */
  long heapMegabytes() {
    Matcher found = USED.matcher(command("GC.heap_info"));
    return found.find() ? Long.parseLong(found.group(1)) / 1024 : UNKNOWN;
  }

  /** Returns the megabytes of heap in use after a full collection. */
  long collectedMegabytes() {
    command("GC.run");
    command("GC.run");
    return heapMegabytes();
  }

  /** Returns the bytes of the objects of each class that are in use, by its name. */
  Map<String, Long> bytesOfClasses() {
    Map<String, Long> bytes = new HashMap<>();
    Matcher line = HISTOGRAM.matcher(command("GC.class_histogram"));
    while (line.find()) {
      bytes.merge(line.group(2), Long.parseLong(line.group(1)), Long::sum);
    }
    return bytes;
  }

  long residentMegabytes() {
    try {
      Matcher found = RESIDENT.matcher(Files.readString(Path.of("/proc", pid, "status")));
      return found.find() ? Long.parseLong(found.group(1)) / 1024 : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /** Returns how often the server's log tells of an exhausted heap. */
  long outOfMemoryErrors() {
    try (var lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return lines.filter(line -> line.contains("OutOfMemoryError")).count();
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  private synchronized String command(String name) {
    Callable<String> task =
        () -> {
          if (machine == null) {
            machine = (HotSpotVirtualMachine) VirtualMachine.attach(pid);
          }
          try (InputStream answer = machine.executeJCmd(name)) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
          }
        };
    try {
      return isAlive() ? commands.submit(task).get(TIMEOUT_SECONDS, TimeUnit.SECONDS) : "";
    } catch (TimeoutException e) {
      commands.shutdownNow();
      commands = newThread();
      return "";
    } catch (ExecutionException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
