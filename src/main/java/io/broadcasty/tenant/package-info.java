/**
 * Who owns channels: tenant names.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.tenant;

import org.jspecify.annotations.NullMarked;
