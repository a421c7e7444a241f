import { createHmac, timingSafeEqual } from 'node:crypto';
import { splitSealed } from '../../shared/mcp/session-seal';
import { FirstUse } from './first-use';
import { FOREIGN, type SessionCaller, type SessionCheck } from './session-check';

/** After so many ids without a seal in a row, the seal is probably not configured. */
const UNSEALED_TO_WARN = 10;

/** The longest session id with its seal. */
const MAX_ID_LENGTH = 1024;

/**
 * Binds sessions by a tag that Kong appends to each session id (`kong/lua/seal-session.lua`): exact on every node, without
 * memory.
 */
export class Sealed {
  private readonly loggedIn: FirstUse;
  private unsealed = 0;

  /**
   * @param anonymous the principal of callers without a token
   * @param onUnsealed called once when no id has a seal
   */
  constructor(
    private readonly secret: string,
    private readonly anonymous: string,
    nowMs: () => number,
    private readonly onUnsealed: () => void,
  ) {
    this.loggedIn = new FirstUse(nowMs);
  }

  get size(): number {
    return this.loggedIn.size;
  }

  /** The key of the tags of a caller's sessions. It never leaves the gateway. */
  keyOf(principal: string): string {
    return createHmac('sha256', this.secret).update(principal).digest('base64url');
  }

  check(sealedId: string, caller: SessionCaller): SessionCheck {
    const parts = sealedId.length > MAX_ID_LENGTH ? undefined : splitSealed(sealedId);
    if (!parts) return this.noteUnsealed();
    this.unsealed = 0;
    const { id: upstreamId, tag } = parts;
    if (this.matches(upstreamId, tag, caller.principal)) {
      // Somebody logged in during this session: it is theirs now.
      if (caller.isAnonymous && this.loggedIn.check(upstreamId, caller).kind === 'foreign') return FOREIGN;
      return { kind: 'own', upstreamId };
    }
    if (caller.isAnonymous || !this.matches(upstreamId, tag, this.anonymous)) return FOREIGN;
    return this.loggedIn.check(upstreamId, caller).kind === 'own' ? { kind: 'own', upstreamId } : FOREIGN;
  }

  private matches(id: string, tag: string, principal: string): boolean {
    const expected = createHmac('sha1', this.keyOf(principal)).update(id, 'latin1').digest('base64url');
    return timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(tag, 'latin1'));
  }

  private noteUnsealed(): SessionCheck {
    this.unsealed += 1;
    if (this.unsealed === UNSEALED_TO_WARN) this.onUnsealed();
    return FOREIGN;
  }
}
