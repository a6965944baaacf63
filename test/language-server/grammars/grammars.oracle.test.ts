import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../../..');

describe('the tree-sitter CLI', () => {
  it('generates the parser that is kept, and passes the corpus', (context) => {
    const run = spawnSync(process.execPath, ['scripts/grammars.mjs', '--check'], { cwd: root, encoding: 'utf8' });
    if (run.status === 4) context.skip('apt is unreachable');
    expect(run.stderr).toBe('');
    expect(run.status, run.stdout).toBe(0);
  });
});
