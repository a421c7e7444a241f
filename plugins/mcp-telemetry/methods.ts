import { CLIENT_METHODS } from '../shared/client-methods';
import { OTHER } from '../shared/labels';

/** The method as a label. */
export const methodLabel = (method: string | undefined): string =>
  method !== undefined && CLIENT_METHODS.has(method) ? method : OTHER;
