import type { Complaint } from './complaint';

/** A file that Kong would reject, with all reasons and their paths. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly complaints: readonly Complaint[]) {
    super(complaints.map(({ path, message }) => `${path === '' ? 'file' : path}: ${message}`).join('\n'));
  }
}
