import { Headers } from '../../../../../kong/pdk';
import { readConfig } from '../../../../../kong/pdk/read-config';
import { judgeAnswer } from '../../../../../plugins/mcp-validator/lists/answer';
import type { AskedRequest } from '../../../../../plugins/mcp-validator/lists/asked-requests';
import { isHidingList } from '../../../../../plugins/mcp-validator/lists/judge-body';
import { judgeHeld } from '../../../../../plugins/mcp-validator/lists/judge-held';
import { compileListRules } from '../../../../../plugins/mcp-validator/lists/list-rules';
import type { Verdict } from '../../../../../plugins/mcp-validator/lists/verdict';
import type { CallerFacts } from '../../../../../plugins/mcp-validator/policy/caller-rules';
import { fields } from '../../../../../plugins/mcp-validator/schema';
import { rulesOf } from '../request';

/** A response of the server; the defaults are those of a JSON response to `tools/list` with id 1. */
export interface Given {
  /** `too_long` as a text: a body that is not read. */
  readonly body?: string | Uint8Array;
  readonly status?: number;
  readonly type?: string | undefined;
  readonly headers?: Record<string, string | string[]>;
  readonly requests?: readonly AskedRequest[];
  readonly batch?: boolean;
  readonly isModern?: boolean;
  readonly mode?: 'enforce' | 'report';
  readonly maxBytes?: number;
  readonly config?: Record<string, unknown>;
  readonly caller?: CallerFacts;
  readonly usableTools?: readonly string[];
}

export const LIST = [{ id: 1, method: 'tools/list' }];

/** Hides what begins with `hidden`, and resources below /etc. */
export const HIDING = {
  tools: { deny: ['hidden*'] },
  prompts: { deny: ['hidden*'] },
  resources: { deny: ['file:///etc/*'] },
};

/** Judges a response; `text` is what the client gets. */
export async function judge(given: Given): Promise<Verdict & { text: string }> {
  const { body = '', status = 200, requests = LIST, batch = false, isModern = false, mode = 'enforce' } = given;
  const compiled = rulesOf(given.config ?? HIDING);
  const config = readConfig(fields, given.config ?? HIDING);
  const lists = compileListRules({ ...config, mode, max_list_bytes: given.maxBytes ?? 1_000_000 });
  const rules = { ...compiled, lists };
  const type = 'type' in given ? given.type : 'application/json';
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const verdict = await judgeAnswer(
    {
      requests,
      batch,
      status,
      headers: Headers.from({ ...(type !== undefined && { 'content-type': type }), ...given.headers }),
      body: body === 'too_long' ? { kind: 'too_long' } : { kind: 'bytes', bytes },
    },
    {
      ...lists,
      mustCheck: (request) => isHidingList(request, lists),
      judge: (decoded, isEventStream) =>
        judgeHeld(
          {
            bytes: decoded,
            isEventStream,
            requests,
            isModern,
            caller: given.caller,
            usableTools: given.usableTools,
          },
          rules,
        ),
    },
  );
  return { ...verdict, text: Buffer.from(verdict.body ?? bytes).toString() };
}

/** The response to a list request, as text. */
export const page = (result: string, id: number | string = 1): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
export const tools = (...list: string[]): string => `{"tools":[${list.join(',')}]}`;
export const tool = (name: string): string => `{"name":"${name}","inputSchema":{"type":"object"}}`;
