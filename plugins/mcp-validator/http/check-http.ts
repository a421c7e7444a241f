import type { Fault } from '../protocol/fault';
import type { HttpFacts } from '../protocol/http-facts';
import type { Rules } from '../rules';
import { checkHeaderSyntax } from './check-header-syntax';
import { checkMedia } from './check-media';
import { checkMethod } from './check-method';
import { checkOrigin } from './check-origin';
import { checkUpgrade } from './check-upgrade';

/** The HTTP rungs of the ladder, up to the body: method, Origin and Host, header syntax, media types. */
export function checkHttp(facts: HttpFacts, rules: Rules): Fault | undefined {
  return (
    checkMethod(facts, rules) ??
    checkOrigin(facts, rules) ??
    checkUpgrade(facts) ??
    checkHeaderSyntax(facts, rules) ??
    checkMedia(facts, rules)
  );
}
