package io.broadcasty.cdi;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Publishes what the method returns; in a transaction, after its commit.
 *
 * <pre>{@code
 * @Transactional
 * @Broadcast("orders.{region}")
 * public Order pay(long number) { … }
 * }</pre>
 *
 * <p>{@code {region}} is the property, record component or key of this name of the returned value
 * or, if it has none, the parameter of the method, whose class must be compiled with {@code
 * -parameters} then. It becomes one segment of the name: a value with a dot is refused. What an
 * {@code Optional} contains is published; nothing is, if it is empty or the method returns null.
 *
 * <p>As with all interceptors, calls of a bean to its own methods are not seen.
 */
@InterceptorBinding
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Broadcast {

  /** Returns the channel, with names in braces. */
  @Nonbinding
  String value();

  /** Returns the type of the event; empty for none. */
  @Nonbinding
  String event() default "";
}
