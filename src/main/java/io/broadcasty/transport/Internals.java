package io.broadcasty.transport;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Reaches what a server does not show to applications, by name. */
final class Internals {

  private static final Logger LOG = Logger.getLogger(Internals.class.getName());
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private Internals() {}

  /**
   * What a getter gives.
   *
   * @throws IllegalStateException when that is null
   */
  static Object get(Object of, String getter) throws ReflectiveOperationException {
    Method method = of.getClass().getMethod(getter);
    method.setAccessible(true); // a public method of a class that may not be
    Object value = method.invoke(of);
    if (value == null) {
      throw new IllegalStateException(getter + " of " + of.getClass().getName() + " gave nothing");
    }
    return value;
  }

  /** Whether an object is of exactly this class. */
  static boolean isA(Object object, String className) {
    return object.getClass().getName().equals(className);
  }

  /** A field of an object's class or of one above it. */
  static Field field(Object of, String name) throws ReflectiveOperationException {
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

  /** The server's own request, below the wrappers of filters. */
  static ServletRequest unwrapped(ServletRequest request) {
    ServletRequest inner = request;
    while (inner instanceof ServletRequestWrapper wrapper) {
      inner = wrapper.getRequest();
    }
    return inner;
  }

  /** Says once what this version of the server does not have, so that streams cost more. */
  static void notFound(String what, @Nullable Throwable failure) {
    notFound(
        what,
        "streams work, and cost more"
            + " (broadcasty_stream_outputs_total tells what they are written with)",
        failure);
  }

  /**
   * Says once what this version of the server does not have.
   *
   * @param consequence what follows
   */
  static void notFound(String what, String consequence, @Nullable Throwable failure) {
    if (TOLD.add(what)) {
      LOG.log(
          Level.WARNING,
          what + " was not found in this version of the server; " + consequence,
          failure);
    }
  }
}
