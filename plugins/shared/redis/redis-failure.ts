/** Why Redis did not do what it was asked: a short word from a fixed list, for metrics. */
export type RedisFailureReason = 'timeout' | 'circuit_open' | 'connection' | 'auth' | 'out_of_memory' | 'refused';

/** Redis did not do what it was asked, or nobody knows whether it did. */
export class RedisFailure extends Error {
  override readonly name = 'RedisFailure';

  constructor(
    readonly reason: RedisFailureReason,
    message: string,
  ) {
    super(message);
  }
}

const AUTH = /^(?:NOAUTH|WRONGPASS|NOPERM)\b/;

/** With `maxmemory-policy noeviction`; older servers tell it from within the script. */
const OUT_OF_MEMORY = /\bOOM command not allowed\b/;

/** What an error of the client means; a reply of the server is a refusal, all else the connection. */
export function failureOf(error: unknown): RedisFailure {
  if (error instanceof RedisFailure) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (AUTH.test(message)) return new RedisFailure('auth', message);
  if (OUT_OF_MEMORY.test(message)) return new RedisFailure('out_of_memory', message);
  return new RedisFailure(name === 'ReplyError' ? 'refused' : 'connection', message);
}
