import { hostMatcher, originMatcher } from '../../shared/http/origins';
import type { BodyBounds } from '../../shared/mcp/json-rpc/read-body';
import type { RevisionConfig } from '../revision/revision-rules';

/** The config fields about HTTP headers and the size of the body. */
export interface HttpConfig extends Pick<RevisionConfig, 'revisions'> {
  readonly allowed_origins: readonly string[];
  readonly allowed_hosts: readonly string[];
  readonly accept: 'lenient' | 'strict';
  readonly max_session_id_length: number;
  readonly max_body_bytes: number;
  readonly max_depth: number;
  readonly max_values: number;
  readonly max_batch: number;
}

/** What headers and body must be, compiled once. */
export interface HttpRules {
  readonly isOriginAllowed: (origin: string) => boolean;
  readonly isHostAllowed: ((host: string) => boolean) | undefined;
  readonly strictAccept: boolean;
  /** False if only 2024-11-05 is enabled: its POST endpoint responds with 202 and no content. */
  readonly requiresAccept: boolean;
  readonly maxSessionIdLength: number;
  readonly maxBodyBytes: number;
  readonly bounds: BodyBounds;
}

/** Compiles the rules about HTTP headers and the size of the body. */
export const compileHttpRules = (config: HttpConfig): HttpRules => ({
  isOriginAllowed: originMatcher(config.allowed_origins),
  isHostAllowed: hostMatcher(config.allowed_hosts),
  strictAccept: config.accept === 'strict',
  requiresAccept: config.revisions.some((revision) => revision !== '2024-11-05'),
  maxSessionIdLength: config.max_session_id_length,
  maxBodyBytes: config.max_body_bytes,
  bounds: { maxDepth: config.max_depth, maxValues: config.max_values, maxBatch: config.max_batch },
});
