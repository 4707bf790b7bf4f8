/**
 * Who owns channels: tenant names, and the settings of each tenant.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.tenant;

import org.jspecify.annotations.NullMarked;
