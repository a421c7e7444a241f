import type { AgentApi } from '../dialogue';
import { errorBody } from '../openai-chat/dialogue';
import { ResponsesDialogue } from './dialogue';
import { readInput } from './input';
import { problemIn } from './request';

/** OpenAI's responses. */
export const openaiResponses: AgentApi = {
  name: 'openai_responses',
  path: '/v1/responses',
  framing: 'sse',
  end: '',
  errorBody,
  open: (asked, { now, readApproval, keptResponseId }) => {
    const { previous_response_id: previous } = asked;
    const body = typeof previous === 'string' ? { ...asked, previous_response_id: keptResponseId(previous) } : asked;
    const problem = problemIn(body);
    if (problem !== undefined) return { problem };
    const input = readInput(body, readApproval);
    return 'problem' in input ? input : new ResponsesDialogue(body, input, now);
  },
};
