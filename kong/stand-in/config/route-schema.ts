import { luaToString, type LuaTable } from '../lua/value';
import { comments, common, name, PROTOCOLS, reference } from './common-fields';
import type { Field } from './field';
import { checkHost, checkRouterPath, HEADER_NAME } from './text-checks';

/** A route (`schema/entities/routes.lua`, the traditional flavor). */
export const route: Field = {
  type: 'record',
  fields: [
    ...common,
    ...comments,
    { name },
    {
      protocols: {
        type: 'set',
        len_min: 1,
        required: true,
        elements: { type: 'string', one_of: PROTOCOLS },
        default: ['http', 'https'],
      },
    },
    {
      https_redirect_status_code: {
        type: 'integer',
        required: true,
        one_of: [426, 301, 302, 307, 308],
        default: 426,
      },
    },
    { strip_path: { type: 'boolean', required: true, default: true } },
    { preserve_host: { type: 'boolean', required: true, default: false } },
    { request_buffering: { type: 'boolean', required: true, default: true } },
    { response_buffering: { type: 'boolean', required: true, default: true } },
    { snis: { type: 'set', elements: { type: 'string' } } },
    { methods: { type: 'set', elements: { type: 'string', match: '^%u+$' } } },
    {
      hosts: {
        type: 'array',
        elements: { type: 'string', check: (host) => checkHost(luaToString(host).replaceAll('*', 'abc'), true) },
      },
    },
    { paths: { type: 'array', elements: { type: 'string', check: checkRouterPath } } },
    {
      headers: {
        type: 'map',
        keys: {
          type: 'string',
          match: HEADER_NAME,
          match_none: [
            {
              pattern: '^[Hh][Oo][Ss][Tt]$',
              err: "cannot contain 'host' header, which must be specified in the 'hosts' attribute",
            },
          ],
        },
        values: { type: 'array', elements: { type: 'string' } },
      },
    },
    { regex_priority: { type: 'integer', default: 0 } },
    { path_handling: { type: 'string', default: 'v0', one_of: ['v0', 'v1'] } },
    { service: reference },
  ],
  check: (entity) => {
    const { methods, hosts, headers, paths, snis, protocols } = entity as LuaTable;
    const secure = (protocols as string[] | undefined)?.includes('https') ?? false;
    if (methods ?? hosts ?? headers ?? paths ?? (secure ? snis : undefined)) return undefined;
    return `must set one of 'methods', 'hosts', 'headers', 'paths'${secure ? ", 'snis'" : ''} when 'protocols' is '${secure ? 'https' : 'http'}'`;
  },
};
