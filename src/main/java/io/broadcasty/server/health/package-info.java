/** MicroProfile Health checks: started, ready and live. */
@NullMarked
package io.broadcasty.server.health;

import org.jspecify.annotations.NullMarked;
