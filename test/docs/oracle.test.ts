import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { oraclePage } from '../../scripts/docs/oracle';
import { disagreements } from '../debug-adapter/images/disagreements';

const root = path.join(import.meta.dirname, '../..');

describe('oracles', () => {
  it('stand in docs/oracle.md as `npm run docs` writes it', () => {
    expect(fs.readFileSync(path.join(root, 'docs/oracle.md'), 'utf8')).toBe(oraclePage());
  });

  it('are tests that exist', () => {
    for (const [, pattern = ''] of oraclePage().matchAll(/`((?:images|inspect)\/[\w./*-]+)`/g)) {
      const folder = path.join(root, 'test/debug-adapter', path.dirname(pattern));
      const wanted = new RegExp(`^${path.basename(pattern).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
      expect(fs.readdirSync(folder).some((file) => wanted.test(file)), pattern).toBe(true);
    }
  });

  it('meet each known disagreement in some test', () => {
    const texts = (fs.readdirSync(path.join(root, 'test/debug-adapter'), { recursive: true }) as string[]).filter((file) => file.endsWith('.ts') && !file.endsWith('disagreements.ts')).map((file) => fs.readFileSync(path.join(root, 'test/debug-adapter', file), 'utf8'));
    for (const name of Object.keys(disagreements)) expect(texts.some((text) => text.includes(`note('${name}'`)), name).toBe(true);
  });
});
