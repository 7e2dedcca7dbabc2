-- History of a space, newest first, and "who deleted my tag" by a part of its name or the start of a digest, however long it is.
CREATE INDEX "image_events_space_id_at_id_idx" ON "image_events"("space_id", "at" DESC, "id" DESC);

-- What Prisma's schema cannot say
CREATE INDEX "image_events_tag_trgm_idx" ON "image_events" USING gin ("tag" gin_trgm_ops);
CREATE INDEX "image_events_digest_prefix_idx" ON "image_events"("space_id", "digest" text_pattern_ops);
