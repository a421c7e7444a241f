import { apis, MODEL_LISTS } from '../apis/apis';
import type { AgentApi } from '../apis/dialogue';

/** The path of the agent at the HTTP listener. The service of Kong has it as its `path`. */
export const MOUNT = '/agent';

/** What a request asks for. */
export type Target =
  | { readonly kind: 'run'; readonly api: AgentApi }
  | { readonly kind: 'models'; readonly method: 'GET' | 'HEAD'; readonly path: string };

/** Why a request is not admitted. */
export interface Rejection {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a request asks for, by its method and its path at the HTTP listener. */
export function targetOf(method: string, upstreamPath: string): Target | Rejection {
  if (upstreamPath !== MOUNT && !upstreamPath.startsWith(`${MOUNT}/`)) {
    return { status: 500, reason: 'wrong_path', message: `the service of the agent needs the path ${MOUNT}` };
  }
  const path = upstreamPath.slice(MOUNT.length);
  if (MODEL_LISTS.has(path)) {
    if (method === 'GET' || method === 'HEAD') return { kind: 'models', method, path };
    return notAllowed('GET, HEAD');
  }
  const api = apis.find((candidate) => candidate.path === path);
  if (!api) {
    const paths = apis.map((candidate) => candidate.path).join(', ');
    return { status: 404, reason: 'unknown_path', message: `the agent answers at ${paths}` };
  }
  return method === 'POST' ? { kind: 'run', api } : notAllowed('POST');
}

const notAllowed = (methods: string): Rejection => ({
  status: 405,
  reason: 'method_not_allowed',
  message: `use ${methods}`,
  headers: { Allow: methods },
});
