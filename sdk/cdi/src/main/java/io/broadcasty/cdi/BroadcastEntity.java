package io.broadcasty.cdi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Publishes an entity whenever it is inserted, updated or deleted, as the event {@code created},
 * {@code updated} or {@code deleted}. {@link BroadcastEntityListener} has to listen to it:
 *
 * <pre>{@code
 * @Entity
 * @EntityListeners(BroadcastEntityListener.class)
 * @BroadcastEntity("orders.{region}")
 * public class Order { … }
 * }</pre>
 *
 * <p>{@code {region}} is a property of the entity, as with {@link Broadcast}. Bulk statements of
 * JPQL and SQL call no listeners.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface BroadcastEntity {

  /** Returns the channel, with names of properties in braces. */
  String value();

  /**
   * Returns the name of the property that is published, such as {@code summary} for a method {@code
   * getSummary()}; by default the entity itself, as JSON-B writes it.
   */
  String payload() default "";
}
