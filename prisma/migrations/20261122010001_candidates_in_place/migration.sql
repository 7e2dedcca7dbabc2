-- What became of a candidate is written in its own place, which spares the table's indexes: the state is in none of them any more (what is
-- asked for by state is asked for by run and kind, which the key begins with), and pages keep room for it.
DROP INDEX "gc_candidates_run_id_state_kind_idx";
ALTER TABLE "gc_candidates" SET (fillfactor = 50);
