/**
 * Tenants, the owners of channels: their names and their settings.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.tenant;

import org.jspecify.annotations.NullMarked;
