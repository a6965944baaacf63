import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The floors of the house, top floor last; a folder imports only what stands before it. See docs/architecture.md. */
const floors = [
  'boot',
  'debug-adapter/errors',
  'debug-adapter/wire',
  'debug-adapter/images',
  'debug-adapter/machine',
  'debug-adapter/program',
  'debug-adapter/inspect',
  'debug-adapter/chains',
  'debug-adapter/session',
];
const faces = ['language-server', 'cli', 'extension'];

const forbid = (patterns, message) => ({ 'no-restricted-imports': ['error', { patterns: [{ regex: patterns, message }] }] });
/** Relative imports that lead into one of these folders, whatever the depth of the importing file. */
const into = (folders) => `^(\\.{1,2}/)+(debug-adapter/)?(${folders.map((folder) => folder.replace('debug-adapter/', '')).join('|')})(/|$)`;

const boundaries = floors.map((floor, index) => ({
  files: [`${floor}/**/*.ts`],
  rules: forbid(`(^vscode$)|${into([...floors.slice(index + 1), ...faces])}`, `${floor}/ may import only the floors below it`),
}));

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.cache/**', 'test/guests/**', '**/generated/**', 'test-results/**'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['test/**', 'bench/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'max-lines': 'off' } },
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', setInterval: 'readonly', clearInterval: 'readonly', fetch: 'readonly', document: 'readonly', window: 'readonly', location: 'readonly' } } },
  ...boundaries,
  { files: ['language-server/**/*.ts'], rules: forbid(`(^vscode$)|${into([...floors.slice(1), 'cli', 'extension'])}`, 'language-server/ imports boot/ only') },
  { files: ['cli/**/*.ts'], rules: forbid(`(^vscode$)|${into(['extension'])}`, 'cli/ never imports the extension') },
  {
    files: ['extension/**/*.ts'],
    rules: forbid(`^(\\.{1,2}/)+(debug-adapter/(?!api$)|cli/|language-server/)`, 'extension/ imports boot/, and types from debug-adapter/api only'),
  },
);
