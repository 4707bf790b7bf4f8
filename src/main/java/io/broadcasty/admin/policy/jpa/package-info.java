/** Channel policies as entities of Jakarta Persistence. */
@NullMarked
package io.broadcasty.admin.policy.jpa;

import org.jspecify.annotations.NullMarked;
