package io.broadcasty.cdi;

import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.enterprise.util.Nonbinding;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the channel of a {@link Publisher}, or of CDI events that are to be published.
 *
 * <pre>{@code
 * @Inject @Channel("orders.eu") Publisher<Order> publisher;
 * @Inject @Channel("orders.eu") Event<Order> paid;
 * }</pre>
 *
 * <p>An event that is fired in a transaction is published after its commit, as it was when it was
 * fired.
 */
@Qualifier
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.TYPE})
public @interface Channel {

  /** Returns the name of the channel. */
  @Nonbinding
  String value();

  /** The qualifier of a channel that is known when the program runs. */
  final class Literal extends AnnotationLiteral<Channel> implements Channel {

    private static final long serialVersionUID = 1L;

    private final String value;

    private Literal(String value) {
      this.value = value;
    }

    /** Returns the qualifier of a channel, for {@code Event.select}. */
    public static Literal of(String channel) {
      return new Literal(channel);
    }

    @Override
    public String value() {
      return value;
    }
  }
}
