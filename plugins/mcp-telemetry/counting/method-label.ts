import { CLIENT_METHODS } from '../../shared/mcp/client-methods';
import { OTHER } from '../../shared/telemetry/labels';

/** The method as a label: a method outside the protocol is `_other`. */
export const methodLabel = (method: string | undefined): string =>
  method !== undefined && CLIENT_METHODS.has(method) ? method : OTHER;
