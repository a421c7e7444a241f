import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { listOf, parseJson } from '../../shared/json/lenient-json';

/** A call that waits for the approval of the user. */
export interface WaitingCall {
  readonly server: string;
  /** The name under which the tool is offered. */
  readonly name: string;
  /** The arguments as JSON text. */
  readonly args: string;
  readonly callId: string;
}

/** A call that the user approved or rejected. */
export interface AnsweredCall extends WaitingCall {
  /** The id of the request for the approval. */
  readonly requestId: string;
  readonly isApproved: boolean;
  /** The user's reason for a rejection. */
  readonly reason?: string;
}

/** The longest arguments of which an approval can be asked, in bytes: the id of a request contains them. */
export const MAX_APPROVAL_BYTES = 16_384;

const PREFIX = 'mcpr_';
const MAX_ID_LENGTH = 3 * MAX_APPROVAL_BYTES;

/**
 * Requests for approvals. Nothing is stored: the id of a request contains the call and the time at which it expires, with an
 * HMAC-SHA-256 over both, the agent and the caller.
 */
export class Approvals {
  private readonly key: string | Buffer;

  /** @param secret undefined: a random one, so that an id is valid in this process only */
  constructor(
    secret: string | undefined,
    private readonly agent: string,
    private readonly ttlMs: number,
    private readonly now: () => number,
  ) {
    this.key = secret ?? randomBytes(32);
  }

  /** The id of a request for the approval of a call. @param caller a text that only this caller has */
  issue(caller: string, { server, name, args, callId }: WaitingCall): string {
    const payload = Buffer.from(JSON.stringify([this.now() + this.ttlMs, server, name, args, callId]));
    return `${PREFIX}${payload.toString('base64url')}.${this.macOf(caller, payload).toString('base64url')}`;
  }

  /** The call of a request; undefined if the id was changed, has expired, or belongs to another caller or agent. */
  read(caller: string, id: string): WaitingCall | undefined {
    if (!id.startsWith(PREFIX) || id.length > MAX_ID_LENGTH) return undefined;
    const [encoded = '', mac = ''] = id.slice(PREFIX.length).split('.');
    const payload = Buffer.from(encoded, 'base64url');
    const given = Buffer.from(mac, 'base64url');
    const expected = this.macOf(caller, payload);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const [expiresAtMs, ...texts] = listIn(payload);
    if (typeof expiresAtMs !== 'number' || expiresAtMs <= this.now()) return undefined;
    const [server, name, args, callId] = texts.map(String);
    if (server === undefined || name === undefined || args === undefined || callId === undefined) return undefined;
    return { server, name, args, callId };
  }

  private macOf(caller: string, payload: Buffer): Buffer {
    const mac = createHmac('sha256', this.key);
    // The length before each text: two different pairs never make the same bytes.
    for (const text of [this.agent, caller]) mac.update(`${Buffer.byteLength(text)}:${text}`);
    return mac.update(payload).digest();
  }
}

const listIn = (payload: Buffer): readonly unknown[] => listOf(parseJson(payload.toString()));
