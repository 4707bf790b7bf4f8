package io.broadcasty.cdi;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes the name of a channel from a template such as {@code orders.{region}}. */
final class ChannelTemplate {

  private static final Pattern NAME = Pattern.compile("\\{([^{}]*)}");

  /** What may stand in a segment of a channel's name. */
  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_=@,;:-]+");

  /** Stands for the method of a template without one. */
  private static final Method NO_METHOD = noMethod();

  private ChannelTemplate() {}

  private static Method noMethod() {
    try {
      return BroadcastEntity.class.getMethod("value");
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Returns the name of the channel.
   *
   * @param payload whose properties are taken first
   * @param method whose parameters are taken otherwise
   * @throws PublishException if a name stands for nothing, or for what is no segment
   */
  static String resolve(String template, Object payload, Method method, Object[] arguments) {
    Matcher names = NAME.matcher(template);
    StringBuilder channel = new StringBuilder();
    while (names.find()) {
      String name = names.group(1);
      Object value = value(name, payload, method, arguments);
      String segment = String.valueOf(value);
      if (value == null || !SEGMENT.matcher(segment).matches()) {
        throw new PublishException(
            PublishException.NO_CHANNEL,
            "{"
                + name
                + "} in the channel of "
                + method
                + (value == null
                    ? " is null"
                    : " has a value that cannot be a segment; allowed are A-Z a-z 0-9 _ - = @ , ;"
                        + " :"));
      }
      names.appendReplacement(channel, Matcher.quoteReplacement(segment));
    }
    return names.appendTail(channel).toString();
  }

  /** Returns the name of the channel, of a template whose names are properties of an object. */
  static String resolve(String template, Object payload) {
    return resolve(template, payload, NO_METHOD, new Object[0]);
  }

  /**
   * Returns a property of an object.
   *
   * @throws PublishException if it has none of this name
   */
  static Object property(Object owner, String name) {
    return value(name, owner, NO_METHOD, new Object[0]);
  }

  private static Object value(String name, Object payload, Method method, Object[] arguments) {
    if (payload instanceof Map<?, ?> map && map.containsKey(name)) {
      return map.get(name);
    }
    Method getter = getter(payload.getClass(), name);
    if (getter != null) {
      return read(getter, payload);
    }
    Parameter[] parameters = method.getParameters();
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i].isNamePresent() && parameters[i].getName().equals(name)) {
        return arguments[i];
      }
    }
    throw new PublishException(
        PublishException.NO_CHANNEL,
        "{"
            + name
            + "} is neither a property of "
            + payload.getClass().getName()
            + " nor a parameter of "
            + method
            + (parameters.length > 0 && !parameters[0].isNamePresent()
                ? "; its class is not compiled with -parameters"
                : ""));
  }

  private static Method getter(Class<?> type, String name) {
    if (name.isEmpty()) {
      return null;
    }
    String capitalized = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    for (String candidate : new String[] {name, "get" + capitalized, "is" + capitalized}) {
      for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
        try {
          Method found = owner.getDeclaredMethod(candidate);
          if (found.getReturnType() != void.class && found.trySetAccessible()) {
            return found;
          }
        } catch (NoSuchMethodException e) {
          continue;
        }
      }
    }
    return null;
  }

  private static Object read(Method getter, Object payload) {
    try {
      return getter.invoke(payload);
    } catch (InvocationTargetException | IllegalAccessException e) {
      throw new PublishException(PublishException.NO_CHANNEL, getter + " cannot be read", e);
    }
  }
}
