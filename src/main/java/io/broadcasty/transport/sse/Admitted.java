package io.broadcasty.transport.sse;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** Marks what {@link SseAdmission} stands before. */
@NameBinding
@Retention(RetentionPolicy.RUNTIME)
@interface Admitted {}
