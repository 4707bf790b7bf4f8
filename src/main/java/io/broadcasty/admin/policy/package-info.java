/** Channel policies that administrators store: their rules, their snapshot, the use case. */
@NullMarked
package io.broadcasty.admin.policy;

import org.jspecify.annotations.NullMarked;
