-- Asked for while one was running: what it has listed already may have changed since, so another follows it.
ALTER TABLE "crawls" ADD COLUMN "repeat_trigger" TEXT;
