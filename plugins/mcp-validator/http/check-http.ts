import type { Fault } from '../../shared/mcp/json-rpc/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { RevisionRules } from '../revision/revision-rules';
import { checkHeaderSyntax } from './check-header-syntax';
import { checkMedia } from './check-media';
import { checkMethod } from './check-method';
import { checkOrigin } from './check-origin';
import { checkUpgrade } from './check-upgrade';
import type { HttpRules } from './http-rules';

/** The HTTP checks before the body: method, Origin and Host, upgrade, header syntax, media types. */
export function checkHttp(facts: HttpFacts, rules: HttpRules & RevisionRules): Fault | undefined {
  return (
    checkMethod(facts, rules) ??
    checkOrigin(facts, rules) ??
    checkUpgrade(facts) ??
    checkHeaderSyntax(facts, rules) ??
    checkMedia(facts, rules)
  );
}
