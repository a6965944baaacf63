import { defineConfig } from 'vitest/config';

/** Kinds of tests by file name; each kind has its own needs. */
const kind = (name: string, include: string[], exclude: string[], timeout: number) => ({
  test: { name, include, exclude: ['node_modules/**', 'dist/**', ...exclude], setupFiles: process.env['BOOTSCOPE_FUZZ'] === undefined ? [] : ['test/fuzz-setup.ts'], testTimeout: timeout, hookTimeout: timeout * 2, expect: { poll: { timeout: timeout / 3 } }, pool: 'forks' as const },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      kind('unit', ['test/**/*.test.ts'], ['test/**/*.{qemu,linux,oracle}.test.ts'], 30_000),
      kind('qemu', ['test/**/*.qemu.test.ts'], [], 180_000),
      kind('linux', ['test/**/*.linux.test.ts'], [], 240_000),
      kind('oracle', ['test/**/*.oracle.test.ts'], [], 600_000),
    ],
  },
});
