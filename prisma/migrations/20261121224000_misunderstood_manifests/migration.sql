-- What cannot be understood may need anything around it: asked before every removal, of repositories of any size.
CREATE INDEX "manifests_misunderstood_idx" ON "manifests"("registry_id", "digest") WHERE "unreadable_reason" IS NOT NULL OR "kind" = 'unknown';
