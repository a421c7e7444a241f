/** Revisions are dates; a client can claim anything. */
const REVISION = /^\d{4}-\d{2}-\d{2}$/;

/** A revision as it is told of. */
export const boundedRevision = (revision: string | undefined): string | undefined =>
  revision === undefined || REVISION.test(revision) ? revision : '_other';
