import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle } from '../../scripts/l10n/collect';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

describe('texts for translators', () => {
  it('has every text of the extension in l10n/bundle.l10n.json (npm run docs writes it)', () => {
    expect(read('l10n/bundle.l10n.json')).toBe(bundle(path.join(root, 'extension')));
  });

  it('has every text of package.json in package.nls.json, and no other', () => {
    const used = new Set([...read('package.json').matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    expect(new Set(Object.keys(JSON.parse(read('package.nls.json')) as object))).toEqual(used);
  });

  it('leaves no title, label or description of package.json untranslatable', () => {
    const { contributes } = JSON.parse(read('package.json')) as { contributes: Record<string, unknown> };
    const plain: string[] = [];
    const visit = (value: unknown, key: string, at: string): void => {
      if (typeof value === 'string') {
        if (['title', 'description', 'markdownDescription', 'contents', 'enumDescriptions'].includes(key) && !/^(%.+%|Bootscope)$/.test(value)) plain.push(`${at}: ${value}`);
      } else if (Array.isArray(value)) value.forEach((one, index) => visit(one, key, `${at}[${index}]`));
      else if (typeof value === 'object' && value !== null) for (const [name, one] of Object.entries(value)) visit(one, name, `${at}.${name}`);
    };
    visit(contributes, '', 'contributes');
    expect(plain).toEqual([]);
  });
});
