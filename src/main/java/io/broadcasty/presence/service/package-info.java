/** The presence use case: joining, leaving, renewing and listing members. */
@NullMarked
package io.broadcasty.presence.service;

import org.jspecify.annotations.NullMarked;
