package io.broadcasty.observability.mbeans;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.StandardMBean;
import org.jspecify.annotations.Nullable;

/** An MXBean, or an MBean of another kind, with the texts of {@link Described}. */
final class DescribedMBean extends StandardMBean {

  private <T> DescribedMBean(T bean, Class<T> type) {
    super(bean, type, type.getSimpleName().endsWith("MXBean"));
  }

  static <T> DescribedMBean of(T bean, Class<T> type) {
    return new DescribedMBean(bean, type);
  }

  @Override
  protected String getDescription(MBeanInfo info) {
    return text(getMBeanInterface(), info.getDescription());
  }

  @Override
  protected String getDescription(MBeanAttributeInfo attribute) {
    return text(method((attribute.isIs() ? "is" : "get") + attribute.getName()), usual(attribute));
  }

  @Override
  protected String getDescription(MBeanOperationInfo operation) {
    return text(method(operation.getName()), usual(operation));
  }

  private static String usual(MBeanFeatureInfo feature) {
    return feature.getDescription();
  }

  private @Nullable Method method(String name) {
    for (Method method : getMBeanInterface().getMethods()) {
      if (method.getName().equals(name)) {
        return method;
      }
    }
    return null;
  }

  private static String text(@Nullable AnnotatedElement described, String otherwise) {
    Described text = described == null ? null : described.getAnnotation(Described.class);
    return text == null ? otherwise : text.value();
  }
}
