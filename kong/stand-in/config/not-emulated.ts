import { RESTRICTING } from '../plugins/not-emulated';
import type { Complaint } from './complaint';
import type { Entities, PluginEntity, Route, Service } from './model';

/**
 * What of a file the stand-in can't do and somebody's safety may depend on: it refuses the file, so that it never lets
 * through what Kong does not. Empty where there is none.
 */
export function refusals({ services, routes, plugins }: Entities): Complaint[] {
  return [...services.flatMap(ofService), ...routes.flatMap(ofRoute), ...plugins.flatMap(ofPlugin)];
}

function ofService({ name, id, protocol, tls_verify }: Service): Complaint[] {
  const path = `services.${name ?? id}`;
  if (protocol !== 'http' && protocol !== 'https') {
    return [{ path: `${path}.protocol`, message: `the stand-in does not emulate ${protocol}` }];
  }
  return tls_verify === true
    ? [{ path: `${path}.tls_verify`, message: 'the stand-in verifies no certificates of upstreams' }]
    : [];
}

function ofRoute({ name, id, protocols, path_handling }: Route): Complaint[] {
  const path = `routes.${name ?? id}`;
  // In Kong these routes never take a plain HTTP request.
  const other = protocols.filter((protocol) => protocol !== 'http' && protocol !== 'https');
  return [
    ...(other.length === 0
      ? []
      : [{ path: `${path}.protocols`, message: `the stand-in does not emulate ${other.join(', ')}` }]),
    ...(path_handling === 'v0'
      ? []
      : [{ path: `${path}.path_handling`, message: `the stand-in emulates v0 only, not ${path_handling}` }]),
  ];
}

function ofPlugin({ name, id, instance_name, enabled }: PluginEntity): Complaint[] {
  if (!enabled || !RESTRICTING.includes(name)) return [];
  const message =
    `the stand-in does not emulate ${name}, which restricts what passes: ` +
    'run this file on Kong, or leave the plugin out (enabled: false)';
  return [{ path: `plugins.${instance_name ?? id}`, message }];
}
