package io.broadcasty.transport.container;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Reads internals of a server by reflection. */
final class ServerInternals {

  private static final System.Logger LOG = System.getLogger(ServerInternals.class.getName());
  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

  private ServerInternals() {}

  /**
   * Returns the value of a getter.
   *
   * @throws IllegalStateException when the value is null
   */
  static Object invokeGetter(Object of, String getter) throws ReflectiveOperationException {
    Method method = of.getClass().getMethod(getter);
    method.setAccessible(true); // the method is public, its class may not be
    Object value = method.invoke(of);
    if (value == null) {
      throw new IllegalStateException(getter + " of " + of.getClass().getName() + " returned null");
    }
    return value;
  }

  /** Returns whether an object is of exactly this class. */
  static boolean hasClass(Object object, String className) {
    return object.getClass().getName().equals(className);
  }

  /** Returns a field of an object's class or of a superclass. */
  static Field findField(Object of, String name) throws ReflectiveOperationException {
    for (Class<?> type = of.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          field.setAccessible(true);
          return field;
        }
      }
    }
    throw new NoSuchFieldException(name + " of " + of.getClass().getName());
  }

  /** Returns the server's own request, without the wrappers of filters. */
  static ServletRequest unwrap(ServletRequest request) {
    ServletRequest inner = request;
    while (inner instanceof ServletRequestWrapper wrapper) {
      inner = wrapper.getRequest();
    }
    return inner;
  }

  /** Logs once that this version of the server lacks an internal, so that streams cost more. */
  static void warnMissing(String what, @Nullable Throwable failure) {
    warnMissing(
        what,
        "streams work at a higher cost" + " (broadcasty_stream_outputs_total counts their outputs)",
        failure);
  }

  /**
   * Logs once that this version of the server lacks an internal.
   *
   * @param consequence the effect on Broadcasty
   */
  static void warnMissing(String what, String consequence, @Nullable Throwable failure) {
    if (LOGGED.add(what)) {
      LOG.log(
          Level.WARNING, "This version of the server lacks " + what + "; " + consequence, failure);
    }
  }
}
