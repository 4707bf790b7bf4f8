/** The tenants that operators have created: their state, and settings of their own. */
@NullMarked
package io.broadcasty.admin.tenant;

import org.jspecify.annotations.NullMarked;
