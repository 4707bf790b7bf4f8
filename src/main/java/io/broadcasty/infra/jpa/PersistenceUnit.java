package io.broadcasty.infra.jpa;

import jakarta.persistence.SharedCacheMode;
import jakarta.persistence.ValidationMode;
import jakarta.persistence.spi.PersistenceUnitInfo;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.util.List;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Describes the one persistence unit to a provider, without a {@code META-INF/persistence.xml},
 * which servers would open by themselves (docs/adr/0042).
 *
 * <p>It is a proxy, since later versions of Jakarta Persistence add methods to the interface; what
 * it does not know it answers with null, false or an empty list.
 */
final class PersistenceUnit implements InvocationHandler {

  static final String NAME = "broadcasty";

  private final DataSource dataSource;
  private final List<String> entities;
  private final URL root;

  private PersistenceUnit(DataSource dataSource, List<Class<?>> entities, URL root) {
    this.dataSource = dataSource;
    this.root = root;
    this.entities = entities.stream().map(Class::getName).toList();
  }

  /**
   * Describes a unit of these entities, whose transactions are those of the data source.
   *
   * @param root an empty directory. Providers search the root for classes and mappings, and some
   *     cannot read the kind of URL that a server has for the classes of an application
   */
  static PersistenceUnitInfo of(DataSource dataSource, List<Class<?>> entities, URL root) {
    return (PersistenceUnitInfo)
        Proxy.newProxyInstance(
            PersistenceUnit.class.getClassLoader(),
            new Class<?>[] {PersistenceUnitInfo.class},
            new PersistenceUnit(dataSource, entities, root));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "getPersistenceUnitName", "toString" -> NAME;
      case "hashCode" -> System.identityHashCode(proxy);
      case "equals" -> arguments != null && arguments[0] == proxy;
      case "getTransactionType" -> constant(method.getReturnType(), "RESOURCE_LOCAL");
      case "getNonJtaDataSource" -> dataSource;
      case "getManagedClassNames" -> entities;
      case "excludeUnlistedClasses" -> true;
      case "getSharedCacheMode" -> SharedCacheMode.NONE; // other nodes change rows too
      case "getValidationMode" -> ValidationMode.NONE;
      case "getProperties" -> properties();
      case "getPersistenceXMLSchemaVersion" -> "3.0";
      case "getPersistenceUnitRootUrl" -> root;
      case "getClassLoader" -> PersistenceUnit.class.getClassLoader();
      default -> unknown(method.getReturnType());
    };
  }

  private static Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("jakarta.persistence.schema-generation.database.action", "none");
    // EclipseLink: entities are plain objects, and conflicts are outcomes, not stack traces
    properties.setProperty("eclipselink.weaving", "false");
    properties.setProperty("eclipselink.logging.level", "OFF");
    properties.setProperty("eclipselink.logging.logger", "JavaLogger");
    return properties;
  }

  /** Returns the constant of an enumeration that may be of a later version. */
  private static @Nullable Object constant(Class<?> type, String name) {
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    return null;
  }

  private static @Nullable Object unknown(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    return type == List.class ? List.of() : null;
  }
}
