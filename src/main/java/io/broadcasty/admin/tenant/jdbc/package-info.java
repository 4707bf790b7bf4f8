/** The settings and states of stored tenants for the data plane, by SQL. */
@NullMarked
package io.broadcasty.admin.tenant.jdbc;

import org.jspecify.annotations.NullMarked;
