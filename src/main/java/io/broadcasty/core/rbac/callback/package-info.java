/** Decisions of a back end in any language, asked by signed HTTP requests. */
@NullMarked
package io.broadcasty.core.rbac.callback;

import org.jspecify.annotations.NullMarked;
