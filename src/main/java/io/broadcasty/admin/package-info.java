/** Administration by tenant administrators and service operators: ending connections. */
@NullMarked
package io.broadcasty.admin;

import org.jspecify.annotations.NullMarked;
