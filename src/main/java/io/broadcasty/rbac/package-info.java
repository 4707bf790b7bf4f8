/**
 * Who may do what on which channel: the public {@link io.broadcasty.rbac.PolicyResolver} and its
 * default.
 *
 * <p>May import: {@code auth}, {@code channel}, {@code tenant}.
 */
@NullMarked
package io.broadcasty.rbac;

import org.jspecify.annotations.NullMarked;
