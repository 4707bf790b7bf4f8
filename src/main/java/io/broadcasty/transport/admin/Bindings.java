package io.broadcasty.transport.admin;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;

/** Finds the interceptor binding of a method: its own, otherwise that of its class. */
final class Bindings {

  private Bindings() {}

  static <A extends Annotation> A find(Method method, Class<A> type) {
    A own = method.getAnnotation(type);
    A found = own == null ? method.getDeclaringClass().getAnnotation(type) : own;
    if (found == null) {
      throw new IllegalStateException(method + " has no @" + type.getSimpleName());
    }
    return found;
  }
}
