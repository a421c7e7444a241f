import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Reads the results of the suite: the status of each check by scenario and name. Repeated checks of a scenario are
 * numbered.
 */
export async function readResults(folder) {
  const scenarios = new Map();
  for (const name of (await readdir(folder)).sort()) {
    const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
    const statuses = new Map();
    for (const { id, status } of JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8'))) {
      let key = id;
      for (let n = 2; statuses.has(key); n++) key = `${id} #${n}`;
      statuses.set(key, status);
    }
    scenarios.set(scenario, statuses);
  }
  return scenarios;
}

/** Counts the checks by status. */
export function countStatuses(scenarios) {
  const counts = { SUCCESS: 0, FAILURE: 0, WARNING: 0, SKIPPED: 0, INFO: 0 };
  for (const statuses of scenarios.values()) for (const status of statuses.values()) counts[status]++;
  return counts;
}

const passes = (statuses) => statuses !== undefined && ![...statuses.values()].includes('FAILURE');

/** Scenarios and checks that pass in one run and not in the other. */
export function compare(direct, through) {
  const scenarios = [...direct.keys()];
  const checks = scenarios.flatMap((scenario) =>
    [...direct.get(scenario)].map(([check, before]) => ({
      name: `${scenario}: ${check}`,
      before,
      after: through.get(scenario)?.get(check),
    })),
  );
  return {
    worse: [
      ...scenarios.filter((name) => passes(direct.get(name)) && !passes(through.get(name))),
      ...checks.filter(({ before, after }) => before === 'SUCCESS' && after === 'FAILURE').map(({ name }) => name),
    ],
    better: checks
      .filter(({ before, after }) => (before === 'FAILURE' || before === 'WARNING') && after === 'SUCCESS')
      .map(({ name }) => name),
  };
}
