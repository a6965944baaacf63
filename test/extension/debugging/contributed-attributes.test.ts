import fs from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { attributes, fits, imageAttributes, type Shape } from '../../../debug-adapter/session/configuration/attributes';
import { validateConfiguration } from '../../../debug-adapter/session/configuration/validate';

interface Schema {
  type?: string;
  items?: Schema & { properties?: Record<string, Schema>; required?: string[] };
  enum?: unknown[];
  anyOf?: Schema[];
  additionalProperties?: unknown;
  minItems?: number;
  default?: unknown;
  examples?: unknown[];
  markdownDescription?: string;
}
interface Snippet {
  label: string;
  body: Record<string, unknown> & { request: 'launch' | 'attach' };
}
const root = path.resolve(import.meta.dirname, '../../..');
const read = (name: string): unknown => JSON.parse(fs.readFileSync(path.join(root, name), 'utf8'));
const debuggers = (read('package.json') as { contributes: { debuggers: [{ configurationAttributes: Record<'launch' | 'attach', { properties: Record<string, Schema> }>; configurationSnippets: Snippet[] }] } }).contributes.debuggers[0];
const texts = read('package.nls.json') as Record<string, string>;

/** Every value that a schema names, through its branches. */
const named = (schema: Schema): unknown[] => [...(schema.enum ?? []), ...(schema.type === 'boolean' ? [true, false] : []), ...(schema.anyOf ?? []).flatMap(named)];

const agrees = (schema: Schema, shape: Shape): void => {
  switch (shape.is) {
    case 'one-of':
      expect(new Set(named(schema))).toEqual(new Set(shape.values));
      break;
    case 'strings':
      expect(schema).toMatchObject({ type: 'array', items: { type: 'string' }, minItems: 1 });
      break;
    case 'map':
      expect(schema).toMatchObject({ type: 'object', additionalProperties: { type: 'string' } });
      break;
    case 'images':
      expect(schema).toMatchObject({ type: 'array', items: { type: 'object', additionalProperties: false, required: ['stage', 'file'] } });
      break;
    case 'at':
      expect(schema.anyOf?.map(({ type, enum: values }) => type ?? values)).toEqual([['auto', 'linked'], 'integer', 'object']);
      break;
    default:
      expect(schema.type).toBe(shape.is);
  }
};

/** What VS Code itself describes. */
const ofTheEditor = new Set(['type', 'request', 'name', 'noDebug']);

describe.each(['launch', 'attach'] as const)('attributes of "%s" in package.json', (request) => {
  const { properties } = debuggers.configurationAttributes[request];
  const shapes = Object.fromEntries(Object.entries(attributes[request]).filter(([name]) => !ofTheEditor.has(name)));
  const images = properties.images?.items?.properties ?? {};

  it('are those that the adapter takes', () => {
    expect(Object.keys(properties).sort()).toEqual(Object.keys(shapes).sort());
    expect(Object.keys(images).sort()).toEqual(Object.keys(imageAttributes).sort());
  });

  it.each([...Object.entries(shapes).map(([name, shape]) => ({ name, shape, schema: properties[name] })), ...Object.entries(imageAttributes).map(([name, shape]) => ({ name: `images.${name}`, shape, schema: images[name] }))])(
    '$name has the type, a description and an example',
    ({ shape, schema }) => {
      if (!schema) throw new Error('not in package.json');
      agrees(schema, shape);
      expect(texts[/^%(.+)%$/.exec(schema.markdownDescription ?? '')?.[1] ?? ''] ?? '').not.toBe('');
      const examples = schema.examples ?? named(schema);
      expect(examples.length).toBeGreaterThan(0);
      const takes = new Ajv({ strict: false }).compile(schema);
      for (const example of examples) {
        expect(fits(example, shape), JSON.stringify(example)).toBe(true);
        expect(takes(example), JSON.stringify(example)).toBe(true);
      }
    },
  );
});

/** A snippet's body with its placeholders filled by their defaults, as the editor inserts it. */
const inserted = (value: unknown): unknown => {
  if (typeof value === 'string') {
    const raw = /^\^"(.*)"$/.exec(value)?.[1] ?? value;
    return raw.replace(/\\?\$\{(?:\d+:([^}]*)|(\w+))\}/g, (_, given: string | undefined, name: string | undefined) => given ?? `/${name ?? ''}`);
  }
  if (Array.isArray(value)) return value.map(inserted);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inserted(one)])) : value;
};

describe('snippets', () => {
  it('are six', () => {
    expect(debuggers.configurationSnippets.map(({ label }) => label)).toEqual(['redox-live-iso', 'freebsd-live-iso', 'nextbsd', 'linux-kernel', 'join-a-running-qemu', 'own-command'].map((name) => `%snippet.${name}.label%`));
  });

  it.each(debuggers.configurationSnippets)('$label is taken by the adapter as inserted, with at most three keys that it cannot do without', ({ body }) => {
    const configuration = inserted(body) as typeof body;
    expect(JSON.stringify(configuration)).not.toMatch(/\$\{|\^/);
    expect(() => validateConfiguration(configuration, configuration.request, '/w')).not.toThrow();
    const needed = Object.keys(configuration).filter((key) => {
      const rest = Object.fromEntries(Object.entries(configuration).filter(([name]) => name !== key));
      try {
        validateConfiguration(rest, configuration.request, '/w');
        return false;
      } catch {
        return true;
      }
    });
    expect(needed.length).toBeLessThanOrEqual(3);
  });
});
