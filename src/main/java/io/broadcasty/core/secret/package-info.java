/** Secrets encrypted under the master keys of the installation, so that a store may keep them. */
@NullMarked
package io.broadcasty.core.secret;

import org.jspecify.annotations.NullMarked;
