/**
 * The presence use case: joining, leaving, renewing and listing members.
 *
 * <p>May import: {@code auth}, {@code rbac}, {@code ratelimit}, {@code channel}, {@code lifecycle},
 * {@code presence}, {@code tenant}.
 */
@NullMarked
package io.broadcasty.attend;

import org.jspecify.annotations.NullMarked;
