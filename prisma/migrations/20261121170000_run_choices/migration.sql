-- CreateTable
CREATE TABLE "run_choices" (
    "run_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "choice" JSONB NOT NULL,

    CONSTRAINT "run_choices_pkey" PRIMARY KEY ("run_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "run_choices_run_id_workspace_id_key" ON "run_choices"("run_id", "workspace_id");

-- AddForeignKey
ALTER TABLE "run_choices" ADD CONSTRAINT "run_choices_run_id_workspace_id_fkey" FOREIGN KEY ("run_id", "workspace_id") REFERENCES "runs"("id", "workspace_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What moves an entry is asked by its run when a run purges what it recycled.
CREATE INDEX "bin_entries_run_id_idx" ON "bin_entries"("run_id");

-- Pins that a collection must heed, and a space's list of them.
CREATE INDEX "pins_space_id_created_at_id_idx" ON "pins"("space_id", "created_at" DESC, "id");
