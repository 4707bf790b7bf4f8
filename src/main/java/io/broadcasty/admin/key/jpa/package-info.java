/** API keys as entities of Jakarta Persistence. */
@NullMarked
package io.broadcasty.admin.key.jpa;

import org.jspecify.annotations.NullMarked;
