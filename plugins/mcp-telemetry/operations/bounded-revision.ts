/** Revisions are dates; a client can send anything. */
const REVISION = /^\d{4}-\d{2}-\d{2}$/;

/** A protocol revision for spans and logs: a date, or `_other`. */
export const boundedRevision = (revision: string | undefined): string | undefined =>
  revision === undefined || REVISION.test(revision) ? revision : '_other';
