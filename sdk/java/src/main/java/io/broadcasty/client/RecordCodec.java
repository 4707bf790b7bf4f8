package io.broadcasty.client;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Reads and writes records by their components. */
final class RecordCodec<T extends Record> implements Codec<T> {

  private final Class<T> type;

  RecordCodec(Class<T> type) {
    this.type = type;
  }

  @Override
  public String encode(T payload) {
    return JsonWriter.write(payload);
  }

  @Override
  public T decode(String json) {
    return type.cast(record(Json.parse(json), type));
  }

  /** Returns the value of a component. */
  static Object read(Record record, RecordComponent component) {
    try {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true); // the record may be private to its class
      return accessor.invoke(record);
    } catch (InvocationTargetException e) {
      throw new JsonException(component.getName() + " cannot be read: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new JsonException(component.getName() + " cannot be read", e);
    }
  }

  private static Object record(Json json, Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      Json field = json.fields().get(components[i].getName());
      try {
        values[i] = value(field, components[i].getGenericType());
      } catch (JsonException e) {
        throw new JsonException(components[i].getName() + ": " + e.getMessage(), e);
      }
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true); // the record may be private to its class
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new JsonException(type.getSimpleName() + " refuses it: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new JsonException("cannot make a " + type.getName(), e);
    }
  }

  private static Object value(Json json, Type type) {
    if (type instanceof ParameterizedType generic) {
      return container(json, (Class<?>) generic.getRawType(), generic.getActualTypeArguments());
    }
    Class<?> wanted = (Class<?>) type;
    if (json == null || json.isNull()) {
      if (wanted.isPrimitive()) {
        throw new JsonException("it is missing, and a " + wanted + " needs a value");
      }
      return null;
    }
    return wanted.isRecord() ? record(json, wanted) : simple(json, wanted);
  }

  private static Object container(Json json, Class<?> raw, Type[] of) {
    if (raw == Optional.class) {
      return Optional.ofNullable(value(json, of[0]));
    }
    if (json == null || json.isNull()) {
      return null;
    }
    if (raw == List.class || raw == Collection.class || raw == Iterable.class) {
      List<Object> list = new ArrayList<>();
      json.items().forEach(item -> list.add(value(item, of[0])));
      return list;
    }
    if (raw == Map.class && of[0] == String.class) {
      Map<String, Object> map = new LinkedHashMap<>();
      json.fields().forEach((name, field) -> map.put(name, value(field, of[1])));
      return map;
    }
    throw unsupported(raw);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the constants of an enum whose type is not known
  private static Object simple(Json json, Class<?> wanted) {
    if (wanted == String.class) {
      return json.asString();
    } else if (wanted == Json.class) {
      return json;
    } else if (wanted == Object.class) {
      return json.toJava();
    } else if (wanted == boolean.class || wanted == Boolean.class) {
      return json.asBoolean();
    } else if (wanted == int.class || wanted == Integer.class) {
      return exact(json, Integer.MIN_VALUE, Integer.MAX_VALUE).intValue();
    } else if (wanted == long.class || wanted == Long.class) {
      return json.asLong();
    } else if (wanted == short.class || wanted == Short.class) {
      return exact(json, Short.MIN_VALUE, Short.MAX_VALUE).shortValue();
    } else if (wanted == double.class || wanted == Double.class) {
      return json.asNumber().doubleValue();
    } else if (wanted == float.class || wanted == Float.class) {
      return json.asNumber().floatValue();
    } else if (wanted == BigDecimal.class) {
      return json.asNumber();
    } else if (wanted == UUID.class) {
      return UUID.fromString(json.asString());
    } else if (wanted.isEnum()) {
      return Enum.valueOf((Class) wanted, json.asString());
    }
    return time(json, wanted);
  }

  private static Long exact(Json json, long least, long most) {
    long value = json.asLong();
    if (value < least || value > most) {
      throw new JsonException(value + " is not between " + least + " and " + most);
    }
    return value;
  }

  private static Object time(Json json, Class<?> wanted) {
    if (!wanted.getPackageName().equals("java.time")) {
      throw unsupported(wanted);
    }
    try {
      return wanted.getMethod("parse", CharSequence.class).invoke(null, json.asString());
    } catch (InvocationTargetException e) {
      throw new JsonException("not a " + wanted.getSimpleName() + ": " + json, e);
    } catch (ReflectiveOperationException e) {
      throw unsupported(wanted);
    }
  }

  private static JsonException unsupported(Class<?> type) {
    return new JsonException("cannot read a " + type.getName() + ": give a Codec of your own");
  }
}
