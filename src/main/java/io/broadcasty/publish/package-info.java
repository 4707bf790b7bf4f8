/**
 * The publish use case.
 *
 * <p>May import: {@code auth}, {@code rbac}, {@code ratelimit}, {@code channel}, {@code broker},
 * {@code lifecycle}, {@code time}.
 */
@NullMarked
package io.broadcasty.publish;

import org.jspecify.annotations.NullMarked;
