/** Tenants as entities of Jakarta Persistence. */
@NullMarked
package io.broadcasty.admin.tenant.jpa;

import org.jspecify.annotations.NullMarked;
