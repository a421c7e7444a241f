import type { Acl, Consumer, Entities, KeyAuth, Service } from '../config/model';

/** Entities by the keys with which plugins look them up. */
export interface Lookups {
  readonly services: ReadonlyMap<string, Service>;
  readonly consumers: ReadonlyMap<string, Consumer>;
  readonly consumersByName: ReadonlyMap<string, Consumer>;
  readonly keys: ReadonlyMap<string, KeyAuth>;
  /** By consumer id. */
  readonly groups: ReadonlyMap<string, readonly Acl[]>;
}

/** Indexes the entities of a declarative file. */
export function lookupsOf(entities: Entities): Lookups {
  const groups = new Map<string, Acl[]>();
  for (const acl of entities.acls) groups.set(acl.consumer.id, [...(groups.get(acl.consumer.id) ?? []), acl]);
  return {
    services: new Map(entities.services.map((service) => [service.id, service])),
    consumers: new Map(entities.consumers.map((consumer) => [consumer.id, consumer])),
    consumersByName: new Map(
      entities.consumers.flatMap((consumer) =>
        consumer.username === undefined ? [] : [[consumer.username, consumer]],
      ),
    ),
    keys: new Map(entities.keyauth_credentials.map((credential) => [credential.key, credential])),
    groups,
  };
}
