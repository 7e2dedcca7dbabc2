-- A migration of its own: a new value of an enum can be used only once it is committed.
ALTER TYPE "RunStatus" ADD VALUE 'awaiting_confirmation' AFTER 'running';
