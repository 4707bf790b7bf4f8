/**
 * Authorisation on channels: the public {@link io.broadcasty.rbac.PolicyResolver} and its default.
 *
 * <p>May import: {@code background}, {@code auth}, {@code channel}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.rbac;

import org.jspecify.annotations.NullMarked;
