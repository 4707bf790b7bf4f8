/** Tenants, the owners of channels: their names and their settings. */
@NullMarked
package io.broadcasty.core.tenant;

import org.jspecify.annotations.NullMarked;
