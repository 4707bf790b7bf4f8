package io.broadcasty.core.format;

import com.google.errorprone.annotations.ThreadSafe;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts entries, messages and rows that this process cannot decode, and logs the first of each
 * kind and version.
 */
@ThreadSafe
public final class DecodingFailures {

  private static final System.Logger LOG = System.getLogger(DecodingFailures.class.getName());
  private static final int MAX_KINDS = 1000;
  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();
  private static final LongAdder COUNT = new LongAdder();

  private DecodingFailures() {}

  /** Returns how many entries, messages and rows could not be decoded since the process began. */
  public static long count() {
    return COUNT.sum();
  }

  /**
   * Counts an item of an unknown version.
   *
   * @param what a kind of entry, message or row, in the plural; must not contain data
   */
  public static UnknownVersionException unknownVersion(String what, int version) {
    return new UnknownVersionException(countAndLog(what + " of version " + version, null));
  }

  /** Counts an item whose form belongs to no version. */
  public static UnknownVersionException malformed(String what, @Nullable RuntimeException cause) {
    UnknownVersionException unknown = new UnknownVersionException(countAndLog(what, cause));
    if (cause != null) {
      unknown.initCause(cause);
    }
    return unknown;
  }

  private static String countAndLog(String what, @Nullable RuntimeException cause) {
    COUNT.increment();
    String sentence = "Cannot decode " + what + "; nodes may run different versions";
    if (LOGGED.size() < MAX_KINDS && LOGGED.add(what)) {
      LOG.log(Level.ERROR, sentence, cause);
    }
    return sentence;
  }
}
