import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import eslint from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { noImportCycle } from './eslint/no-import-cycle.mjs';

const root = import.meta.dirname;

/** The folders of the plugins: those of plugins/ with an index.ts of their own. */
const plugins = readdirSync(join(root, 'plugins')).filter((name) =>
  existsSync(join(root, 'plugins', name, 'index.ts')),
);

/** Plugins that are made of others, and so import them. */
const composed = ['mcp-guard'];

/** What each folder of kong/ must not import of the others; nothing in them imports plugins/, and only tests the testkit. */
const kongZones = {
  pdk: ['check', 'generate', 'plugin-server', 'stand-in', 'start', 'testkit'],
  check: ['generate', 'plugin-server', 'stand-in', 'start', 'testkit'],
  'plugin-server': ['generate', 'stand-in', 'start', 'testkit'],
  generate: ['check', 'stand-in', 'start', 'testkit'],
  'stand-in': ['check', 'generate', 'start', 'testkit'],
  start: ['check', 'generate', 'testkit'],
  testkit: ['generate', 'start'],
};

/** The arrows of the architecture: what each folder must not import. */
const zones = [
  { target: './kong', from: './plugins', message: 'kong/ knows nothing of what the suite does' },
  { target: ['./kong', './plugins', './docker'], from: './test', message: 'only tests import tests' },
  ...Object.entries(kongZones).map(([folder, others]) => ({
    target: `./kong/${folder}`,
    from: others.map((other) => `./kong/${other}`),
    message: `kong/${folder} must not depend on this folder: dependencies point one way`,
  })),
  {
    target: './plugins',
    from: ['check', 'generate', 'stand-in', 'start', 'testkit'].map((folder) => `./kong/${folder}`),
    message: 'plugins need the facade of Kong only',
  },
  {
    target: './plugins/shared',
    from: [...plugins.map((name) => `./plugins/${name}`), './kong/plugin-server'],
    message: 'shared/ serves the plugins',
  },
  ...plugins.map((name) => ({
    target: `./plugins/${name}`,
    from: [
      ...(composed.includes(name)
        ? []
        : plugins.filter((other) => other !== name).map((other) => `./plugins/${other}`)),
      './kong/plugin-server',
    ],
    message: 'plugins never import each other, nor the server',
  })),
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.{js,mjs}'],
    ignores: ['docker/upstreams/*/page/*.js'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['docker/upstreams/*/page/*.js'],
    languageOptions: { sourceType: 'script', globals: globals.browser },
  },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    plugins: {
      'import-x': importX,
      local: { rules: { 'no-import-cycle': noImportCycle(root, ['plugins', 'kong', 'docker', 'examples', 'test']) } },
    },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: root } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    rules: {
      'local/no-import-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/order': ['error', { alphabetize: { order: 'asc' } }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    // A core decides over plain values: it never sees Kong.
    files: ['plugins/**/*.ts'],
    ignores: [
      'plugins/main.ts',
      'plugins/index.ts',
      'plugins/*/index.ts',
      'plugins/*/schema.ts',
      'plugins/*/*-fields.ts',
      'plugins/*/handler.ts',
      'plugins/*/response.ts',
      'plugins/*/log.ts',
      'plugins/mcp-validator/lists/held-request.ts',
      'plugins/*/large-bodies/*-task.ts',
      'plugins/shared/*/kong-*.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/kong/**'], allowTypeImports: true, message: 'a core imports nothing of Kong' }] },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
);
