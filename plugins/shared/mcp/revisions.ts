/** The revisions of the Model Context Protocol, oldest first. */
export const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] as const;

/** One of {@link REVISIONS}. */
export type Revision = (typeof REVISIONS)[number];

/** True for one of {@link REVISIONS}. */
export const isRevision = (value: unknown): value is Revision => REVISIONS.some((revision) => revision === value);

/** True from 2026-07-28 on, for any text: requests are stateless, with `_meta` and mirrored headers. */
export const isModern = (revision: string): boolean => revision >= '2026-07-28';
