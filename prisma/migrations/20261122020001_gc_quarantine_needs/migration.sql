-- What manifests in a quarantine share with the rest of the registry: it stays as long as they may be put back.
ALTER TABLE "gc_quarantines" ADD COLUMN "needs" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
