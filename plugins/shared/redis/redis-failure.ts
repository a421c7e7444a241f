/** Why a request to Redis failed: a value of a metric label. `error_reply`: the server replied with an error. */
export type RedisFailureReason = 'timeout' | 'circuit_open' | 'connection' | 'auth' | 'out_of_memory' | 'error_reply';

/** A request to Redis failed, or it is unknown whether it succeeded. */
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

/** With `maxmemory-policy noeviction`. Older servers report it as an error of the script. */
const OUT_OF_MEMORY = /\bOOM command not allowed\b/;

/** Classifies an error of the client: an error reply is `error_reply`, any other error `connection`. */
export function failureOf(error: unknown): RedisFailure {
  if (error instanceof RedisFailure) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (AUTH.test(message)) return new RedisFailure('auth', message);
  if (OUT_OF_MEMORY.test(message)) return new RedisFailure('out_of_memory', message);
  return new RedisFailure(name === 'ReplyError' ? 'error_reply' : 'connection', message);
}
