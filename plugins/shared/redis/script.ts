/** A Lua script that Redis runs atomically. */
export interface Script {
  /** The name of the client's command for it: lower-case letters, and no command of Redis. */
  readonly name: string;
  readonly lua: string;
}
