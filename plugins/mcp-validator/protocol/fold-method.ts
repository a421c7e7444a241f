import { foldName, foldText } from '../../shared/mcp/fold-text';
import { decodeAll } from '../../shared/mcp/resource-uris/percent';

/** One form for all spellings of a method that a lenient router may accept: case, Unicode, blanks, extra slashes, backslashes. */
export const foldPolicyMethod = (method: string): string =>
  foldText(decodeAll(method))
    .replace(/[\\/\u2044\u2215\u29f8]+/g, '/')
    .replace(/^\/|\/$/g, '');

/** The same for methods of the protocol, also without separators: no other method is called `tools_call` or `tools-call`. */
export const foldMethod = (method: string): string => foldName(foldPolicyMethod(method));
