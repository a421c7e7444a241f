import { isUtf8 } from 'node:buffer';
import type { Route, Service } from '../config/model';
import type { HeaderList } from '../nginx/header-list';
import { normalizePath, pathOf } from './uri';

/** The parts of a request that the router uses. */
export interface RoutedRequest {
  readonly method: string;
  /** The request target as the client sent it. */
  readonly target: string;
  readonly headers: HeaderList;
  /** The port that the client connected to. */
  readonly port: number;
}

/** The route of a request. */
export interface Match {
  readonly route: Route;
  readonly service: Service | undefined;
  /** The normalised path, without the query. */
  readonly path: string;
  /** The part of the path that the route matched, if the route strips it. */
  readonly prefix: string | undefined;
  readonly captures: RegExpExecArray | undefined;
}

interface Rule {
  readonly route: Route;
  readonly id: string;
  readonly weights: readonly number[];
  readonly prefixes: readonly string[];
  readonly patterns: readonly RegExp[];
  readonly hosts: readonly ((host: string, port: number) => boolean)[];
  readonly headers: readonly [name: string, tests: readonly ((value: string) => boolean)[]][];
}

/**
 * Kong's router of the flavor `traditional_compatible` (`router/transform.lua`): routes with more kinds of conditions
 * come first, then those with plain hosts only, regular expressions, more headers, a higher `regex_priority`, a longer
 * prefix; of equal routes the one with the greater id. A route with paths of several lengths counts once per length.
 */
export class Router {
  private readonly rules: readonly Rule[];

  constructor(
    routes: readonly Route[],
    private readonly services: ReadonlyMap<string, Service>,
  ) {
    const active = routes.filter(({ service }) => service === undefined || services.get(service.id)?.enabled !== false);
    this.rules = active.flatMap(rulesOf).sort(byPrecedence);
  }

  /** The route of a request; undefined when no route matches. */
  route(request: RoutedRequest): Match | undefined {
    const path = normalizePath(pathOf(request.target));
    // Kong's router accepts valid UTF-8 only; an error means that no route matches.
    if (!isUtf8(Buffer.from(path, 'latin1'))) return undefined;
    const [host, port] = splitHost(request.headers.get('host') ?? '', request.port);
    for (const rule of this.rules) {
      if (!matchesHead(rule, request, host, port)) continue;
      const matched = matchPath(rule, path);
      if (matched === undefined) continue;
      const { route } = rule;
      return {
        route,
        service: route.service && this.services.get(route.service.id),
        path,
        prefix: route.strip_path ? matched.text : undefined,
        captures: matched.captures,
      };
    }
    return undefined;
  }
}

function rulesOf(route: Route): Rule[] {
  const groups = new Map<number, string[]>();
  for (const path of route.paths ?? []) {
    const length = path.startsWith('~') ? 0 : path.length;
    groups.set(length, [...(groups.get(length) ?? []), path]);
  }
  if (groups.size === 0) return [ruleOf(route, route.id, [])];
  return [...groups.values()].map((paths, index) =>
    ruleOf(route, groups.size === 1 ? route.id : `${route.id}#${index + 1}`, paths),
  );
}

function ruleOf(route: Route, id: string, paths: readonly string[]): Rule {
  const { hosts = [], methods = [], headers = {}, regex_priority } = route;
  const headerCount = Object.keys(headers).length;
  const isRegex = paths[0]?.startsWith('~') === true;
  const kinds = [methods.length, hosts.length, headerCount, paths.length].filter((count) => count > 0).length;
  const plainHosts = route.hosts !== undefined && hosts.every((host) => !host.includes('*'));
  return {
    route,
    id,
    weights: [
      kinds,
      Number(plainHosts),
      Math.min(headerCount, 255),
      Number(isRegex),
      isRegex ? regex_priority : 0,
      isRegex ? 0 : (paths[0]?.length ?? 0),
    ],
    prefixes: isRegex ? [] : paths,
    patterns: isRegex ? paths.map((path) => new RegExp(`^(?:${path.slice(1)})`)) : [],
    hosts: hosts.map(hostTest),
    headers: Object.entries(headers).map(([name, values]) => [name, values.map(headerTest)]),
  };
}

function byPrecedence(one: Rule, other: Rule): number {
  for (const [index, weight] of one.weights.entries()) {
    const difference = (other.weights[index] ?? 0) - weight;
    if (difference !== 0) return difference;
  }
  return one.id < other.id ? 1 : -1;
}

function matchesHead(rule: Rule, request: RoutedRequest, host: string, port: number): boolean {
  const { methods = [] } = rule.route;
  if (methods.length > 0 && !methods.includes(request.method)) return false;
  if (rule.hosts.length > 0 && !rule.hosts.some((test) => test(host, port))) return false;
  return rule.headers.every(([name, tests]) =>
    request.headers.all(name).some((value) => tests.some((test) => test(value.toLowerCase()))),
  );
}

function matchPath(rule: Rule, path: string): { text: string; captures: RegExpExecArray | undefined } | undefined {
  for (const prefix of rule.prefixes) if (path.startsWith(prefix)) return { text: prefix, captures: undefined };
  for (const pattern of rule.patterns) {
    const found = pattern.exec(path);
    if (found) return { text: found[0], captures: found };
  }
  return rule.prefixes.length + rule.patterns.length === 0 ? { text: '/', captures: undefined } : undefined;
}

function hostTest(pattern: string): (host: string, port: number) => boolean {
  const [host, wanted] = splitHost(pattern, -1);
  const matches = host.startsWith('*')
    ? (given: string) => given.endsWith(host.slice(1))
    : host.endsWith('*')
      ? (given: string) => given.startsWith(host.slice(0, -1))
      : (given: string) => given === host;
  return (given, port) => matches(given) && (wanted === -1 || wanted === port);
}

function headerTest(value: string): (given: string) => boolean {
  if (!value.startsWith('~*')) return (given) => given === value.toLowerCase();
  const pattern = new RegExp(value.slice(2).toLowerCase());
  return (given) => pattern.test(given);
}

function splitHost(text: string, defaultPort: number): [host: string, port: number] {
  const [, host = text, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return [host, port === undefined ? defaultPort : Number(port)];
}
