import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { parseAction } from '../../../extension/views/boot-chain/actions';
import { pictureFile } from '../../../extension/views/boot-chain/export';
import { frame } from '../../../extension/views/boot-chain/frame';
import { pageHtml } from '../../../extension/views/boot-chain/html';
import { pathsIn } from '../../../extension/views/boot-chain/read';
import { firstLook } from '../../../extension/views/boot-chain/state';
import { elements } from '../../../extension/views/drawing/drawn';
import { anyState, hostile, say } from './samples';
import { trials } from '../../trials';

const allowedTags = new Set('div span p h2 h3 ul li code strong section table caption thead tbody tr th td form label input select option button svg g rect line path text title desc'.split(' '));
const geometry = new Set(['width', 'height', 'viewBox', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'rx', 'd', 'transform']);

describe('the pages, given hostile texts', () => {
  it('consist of harmless elements and attributes; geometry is made of figures', () => {
    fc.assert(
      fc.property(anyState, fc.constantFrom('table' as const, 'tree' as const), fc.double({ min: 0.2, max: 64, noNaN: true }), (state, mountsAs, zoom) => {
        for (const { tag, attributes } of elements(frame(state, { ...firstLook, mountsAs, zoom, against: 1 }, say))) {
          expect(allowedTags.has(tag)).toBe(true);
          for (const [name, value] of Object.entries(attributes)) {
            expect(name).not.toMatch(/^on|style|href|src|action/i);
            if (geometry.has(name)) expect(String(value)).toMatch(/^[-\d. MC]+$/);
            if (name === 'class') expect(String(value)).toMatch(/^[a-z -]*$/);
          }
        }
      }),
      trials(150),
    );
  });

  it('offer only actions that the extension accepts, and open only paths that the adapter named', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const paths = pathsIn(state.contents);
        for (const { action, tag } of elements(frame(state, firstLook, say))) {
          if (!action || action.do === 'look' || tag === 'form') continue;
          expect(parseAction(action)).toEqual(action);
          if (action.do === 'open') expect(paths.has(action.path)).toBe(true);
        }
      }),
      trials(200),
    );
  });

  it('export well-formed SVG without scripts, links or foreign content', () => {
    fc.assert(
      fc.property(anyState, hostile, (state, title) => {
        const text = pictureFile(state.tab, state.contents, title);
        if (text === undefined) return;
        expect(XMLValidator.validate(text)).toBe(true);
        const seen = JSON.stringify(Object.keys(flat(new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@' }).parse(text))));
        expect(seen).not.toMatch(/script|foreignObject|@on|href|image|iframe/i);
      }),
      trials(200),
    );
  });
});

/** Names of all elements and attributes. */
function flat(value: unknown, names: Record<string, true> = {}): Record<string, true> {
  if (Array.isArray(value)) value.forEach((one) => flat(one, names));
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) {
      names[name] = true;
      flat(one, names);
    }
  return names;
}

describe('parseAction', () => {
  it('takes nothing that is not an action of the page', () => {
    fc.assert(fc.property(fc.anything(), (message) => { expect(parseAction(message)).toBeUndefined(); }));
  });

  it.each([
    [{ do: 'open', path: '/etc/passwd', line: -1 }],
    [{ do: 'open', path: 7 }],
    [{ do: 'open', path: 'x', line: '1' }],
    [{ do: 'tab', tab: 'other' }],
    [{ do: 'setEnvironment', name: 'x' }],
    [{ do: 'copy', text: 'x'.repeat(100_000) }],
    [{ do: 'toString' }],
    [{ do: '__proto__' }],
  ])('refuses what has a wrong field (%#)', (message) => expect(parseAction(message)).toBeUndefined());

  it('drops what an action does not have', () => {
    expect(parseAction({ do: 'copy', text: 'x', path: '/etc' })).toEqual({ do: 'copy', text: 'x' });
    expect(parseAction({ do: 'resolvePath', path: '/', process: 'getty:37' })).toEqual({ do: 'resolvePath', path: '/', process: 'getty:37' });
  });
});

describe('pageHtml', () => {
  const html = pageHtml({ script: 'https://x/a"b.js', style: 'https://x/<s>.css', cspSource: "https://x 'self'", nonce: 'N0nce', language: 'de' });

  it('allows one script by its nonce and nothing inline', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(html) ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'nonce-N0nce'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/ style=|<style| on[a-z]+=/);
  });

  it('escapes what it is given', () => {
    expect(html).not.toContain('a"b');
    expect(html).not.toContain('<s>');
  });
});
