package io.broadcasty.format;

import com.google.errorprone.annotations.ThreadSafe;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Tells of what this process cannot decode: once in the log for each kind and version, and by a
 * count.
 */
@ThreadSafe
public final class Undecodable {

  private static final System.Logger LOG = System.getLogger(Undecodable.class.getName());
  private static final int MOST_KINDS = 1000;
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();
  private static final LongAdder COUNT = new LongAdder();

  private Undecodable() {}

  /** How many entries, messages and rows could not be decoded since the process began. */
  public static long count() {
    return COUNT.sum();
  }

  /**
   * Something has a version that is not known here.
   *
   * @param what a kind of entry, message or row, in the plural; no data of anybody
   */
  public static UnknownVersionException version(String what, int version) {
    return new UnknownVersionException(tell(what + " of version " + version, null));
  }

  /** Something is of a form that no version has. */
  public static UnknownVersionException form(String what, @Nullable RuntimeException cause) {
    UnknownVersionException unknown = new UnknownVersionException(tell(what, cause));
    if (cause != null) {
      unknown.initCause(cause);
    }
    return unknown;
  }

  private static String tell(String what, @Nullable RuntimeException cause) {
    COUNT.increment();
    String sentence = "Cannot decode " + what + "; nodes may run different versions";
    if (TOLD.size() < MOST_KINDS && TOLD.add(what)) {
      LOG.log(Level.ERROR, sentence, cause);
    }
    return sentence;
  }
}
