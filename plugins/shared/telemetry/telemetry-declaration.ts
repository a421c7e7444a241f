import { VERSION } from '../runtime/version';
import { createRedactor } from './redaction/redact';

/** The parts of a plugin's declaration that are the same for both telemetry plugins. */
export const telemetryDeclaration = {
  version: VERSION,
  onError: 'pass',
  check: ({ redact_patterns }: { readonly redact_patterns: readonly string[] }): void => {
    createRedactor(redact_patterns);
  },
} as const;
