/**
 * Administration by tenant administrators and service operators: ending connections.
 *
 * <p>May import: {@code auth}, {@code rbac}, {@code control}, {@code audit}, {@code lifecycle},
 * {@code nodes}, {@code tenant}, {@code time}.
 */
@NullMarked
package io.broadcasty.admin;

import org.jspecify.annotations.NullMarked;
