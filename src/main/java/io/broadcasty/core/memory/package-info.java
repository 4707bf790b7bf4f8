/** Budgets for the memory that clients can make a node hold, shared out among tenants. */
@NullMarked
package io.broadcasty.core.memory;

import org.jspecify.annotations.NullMarked;
