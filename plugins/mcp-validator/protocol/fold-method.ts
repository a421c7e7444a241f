import { foldName, foldText } from '../../shared/mcp/fold-text';
import { decodeAll } from '../../shared/mcp/resource-uris/percent';

/** One form for all spellings of a method that a lenient router may accept: case, Unicode, blanks, extra slashes, backslashes. */
export const foldPolicyMethod = (method: string): string =>
  foldText(decodeAll(method))
    .replace(/[\\/\u2044\u2215\u29f8]+/g, '/')
    .replace(/^\/|\/$/g, '');

/** The same for the protocol's own methods, which are also called `tools_call` and `tools-call` nowhere. */
export const foldMethod = (method: string): string => foldName(foldPolicyMethod(method));
