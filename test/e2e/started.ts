/** What the global setup started, for the global teardown: both run in the same process. */
export const started: { stop?: () => Promise<void> } = {};
