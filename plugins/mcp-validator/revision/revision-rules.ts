import { isModern, REVISIONS, type Revision } from '../../shared/mcp/revisions';

/** The config fields about revisions. */
export interface RevisionConfig {
  readonly revisions: readonly Revision[];
  readonly batches: 'by_revision' | 'legacy' | 'deny';
}

/** Which revisions clients may use, compiled once. */
export interface RevisionRules {
  /** Enabled revisions, oldest first. */
  readonly revisions: readonly Revision[];
  readonly legacyRevisions: readonly Revision[];
  readonly modernRevisions: readonly Revision[];
  readonly isEnabled: (version: string) => version is Revision;
  /** True if the value of a version header names an enabled stateless revision. */
  readonly isModernVersion: (version: string | undefined) => boolean;
  /** The revision of a request without version header; undefined if no enabled revision allows to omit it. */
  readonly assumedRevision: Revision | undefined;
  readonly batches: RevisionConfig['batches'];
}

/** Compiles the rules about revisions. */
export function compileRevisionRules(config: RevisionConfig): RevisionRules {
  const revisions = REVISIONS.filter((revision) => config.revisions.includes(revision));
  const modernRevisions = revisions.filter(isModern);
  return {
    revisions,
    legacyRevisions: revisions.filter((revision) => !isModern(revision)),
    modernRevisions,
    isEnabled: (version): version is Revision => revisions.some((revision) => revision === version),
    isModernVersion: (version) => modernRevisions.some((revision) => revision === version),
    // Clients of 2024-11-05 and 2025-03-26 do not send the header: it was introduced later.
    assumedRevision: (['2025-03-26', '2024-11-05'] as const).find((revision) => revisions.includes(revision)),
    batches: config.batches,
  };
}
