-- What was found is kept as bytes whole: manifests may hold what JSON columns refuse.
ALTER TABLE "gc_shards" DROP COLUMN "details";
