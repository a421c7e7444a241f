import type { LearnedOutputs } from '../outputs/learned-outputs';
import type { Rules } from '../rules';
import type { AskedRequest } from './asked-requests';
import { isHidingList } from './judge-body';

/** True for a request whose response the client must not get unchecked: a list that is cut, output that must match. */
export const mustCheck = (
  request: AskedRequest,
  { lists, outputs }: Pick<Rules, 'lists' | 'outputs'>,
  learned: LearnedOutputs,
): boolean =>
  isHidingList(request, lists) ||
  (request.method === 'tools/call' &&
    request.name !== undefined &&
    !request.task &&
    checksOutputOf(request.name, outputs, learned));

/** True for a tool whose results must match a known schema before the client gets them. */
export const checksOutputOf = (
  tool: string,
  { mode, learnedMode, schemaOf }: Rules['outputs'],
  learned: LearnedOutputs,
): boolean => (schemaOf(tool) ? mode === 'strict' : learnedMode === 'strict' && learned.has(tool));
