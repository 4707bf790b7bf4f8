/**
 * Authorisation on channels: the public {@link io.broadcasty.core.rbac.PolicyResolver} and its
 * default.
 */
@NullMarked
package io.broadcasty.core.rbac;

import org.jspecify.annotations.NullMarked;
