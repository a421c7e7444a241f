import type { Rules } from '../rules';
import type { AskedRequest } from './asked-requests';
import { isHidingList } from './judge-body';

/** True for a request whose response the client must not get unchecked: a list that is cut, output that must match. */
export const mustCheck = (request: AskedRequest, { lists, outputs }: Pick<Rules, 'lists' | 'outputs'>): boolean =>
  isHidingList(request, lists) || checksOutput(request, outputs);

const checksOutput = ({ method, name, task }: AskedRequest, { mode, schemaOf }: Rules['outputs']): boolean =>
  mode === 'strict' && method === 'tools/call' && name !== undefined && !task && schemaOf(name) !== undefined;
