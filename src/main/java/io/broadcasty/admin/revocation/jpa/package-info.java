/** Revocations as entities of Jakarta Persistence. */
@NullMarked
package io.broadcasty.admin.revocation.jpa;

import org.jspecify.annotations.NullMarked;
