/** Three projects graded by cost: pure cores, real sockets, a whole gateway. */
const project = (name, extra = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  // The Lua machine imports dynamically, which Jest's sandbox refuses: it is loaded by Node's own loader. So is jose, which
  // is an ES module.
  // Threads run compiled code: that of the build.
  moduleNameMapper: {
    '^wasmoon$': '<rootDir>/test/support/native-wasmoon.ts',
    '^jose$': '<rootDir>/test/support/native-jose.ts',
    '^piscina$': '<rootDir>/test/support/native-piscina.ts',
  },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  ...extra,
});

module.exports = {
  // Jest would leave a core to its user, of two half of all.
  maxWorkers: '100%',
  // Only a broken test takes so long, on the busiest machine.
  testTimeout: 60_000,
  projects: [
    project('unit'),
    project('integration'),
    // Needs a real Kong on PATH.
    project('differential'),
    project('e2e', {
      globalSetup: '<rootDir>/test/e2e/global-setup.ts',
      globalTeardown: '<rootDir>/test/e2e/global-teardown.ts',
    }),
  ],
};
