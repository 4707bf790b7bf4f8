package io.broadcasty.transport.admin;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Writes a method's calls to the audit log, with the caller, its address and the outcome. Calls
 * that a rate limit or a permission has refused are in the security log instead, which samples them
 * and has the audit log keep their count.
 */
@Inherited
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Audited {

  /** Returns the action's name in the audit log, such as {@code tenant.create}. */
  @Nonbinding
  String value() default "";

  /** Returns which calls are written. */
  @Nonbinding
  Kind kind() default Kind.CHANGE;

  /** What a method does. */
  enum Kind {
    /** It changes something: every call is written, also a failed one. */
    CHANGE,
    /** It reads: a call that is allowed leaves no trace, or monitoring would fill the log. */
    READ,
    /** It shows what others have sent or done: every call is written. */
    DISCLOSURE,
    /** It changes something, and its use case writes the entry, with facts that it alone knows. */
    BY_USE_CASE
  }
}
